/* SPDX-License-Identifier: ISC */
/*
 * nomem.so: an allocator that fails once, for LD_PRELOAD.
 *
 *	NOMEM_AT=N	the N-th allocation of the process, or of a child that
 *			goes on counting, returns NULL with ENOMEM
 *	NOMEM_FILE=F	is made when that happens
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

static long left = -1; /* -1: not armed */
static int armed;

static void arm(void) __attribute__((constructor));
static int is_due(void);

void *
malloc(size_t n)
{
	return is_due() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return is_due() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *old, size_t n)
{
	return is_due() ? NULL : __libc_realloc(old, n);
}

static void
arm(void)
{
	const char *at = getenv("NOMEM_AT");

	left = at == NULL ? -1 : strtol(at, NULL, 10);
	armed = 1;
}

static int
is_due(void)
{
	const char *file;

	if (!armed || left <= 0 || --left > 0)
		return 0;
	if ((file = getenv("NOMEM_FILE")) != NULL)
		close(open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	errno = ENOMEM;
	return 1;
}
