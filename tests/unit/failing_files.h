/* SPDX-License-Identifier: ISC */
/*
 * Calls to files and memory that fail when a unit test wants it: the linker
 * finds them before libc's.
 */
#ifndef FAILING_FILES_H
#define FAILING_FILES_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

enum kind { FAIL, HALF, NOTHING };

static struct fault {
	enum kind kind;
	int error;
	int at;	       /* the call that goes wrong; 0: none */
	int calls;     /* so far */
	bool unsynced; /* it was a sync that failed */
	bool no_copy;  /* the kernel copies nothing by itself, besides */
} fault;

/* What was done, a letter each: w written, l linked, m a directory made, r
 * renamed, s a file synced, S a directory. */
static char did[64];

static void
note(char letter)
{
	size_t n = strlen(did);

	if (n + 1 < sizeof did)
		did[n] = letter;
}

static char
kind_of(int fd)
{
	struct stat st;

	if (syscall(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) == -1)
		return '?';
	return S_ISDIR(st.st_mode) ? 'S' : 's';
}

/* True for the call that has to fail, errno set. */
static bool
fails(void)
{
	if (fault.at == 0 || ++fault.calls != fault.at || fault.kind != FAIL)
		return false;
	errno = fault.error;
	return true;
}

/* From now on: the call that comes AT-th fails, and no other; 0: none. */
__attribute__((unused)) static void
fail_at(int at, int error)
{
	fault = (struct fault){.kind = FAIL, .error = error, .at = at};
}

/* Octets that the call may move; a file is not read as if it had ended. */
static size_t
moves(size_t n, bool writes)
{
	if (fault.at == 0 || fault.calls != fault.at || fault.kind == FAIL)
		return n;
	return fault.kind == NOTHING && writes ? 0 : (n + 1) / 2;
}

#define CALL(name, parameters, ...)                              \
	int name parameters;                                     \
	int name parameters                                      \
	{                                                        \
		note((#name)[0] == 'l'	    ? 'l'                \
			: (#name)[0] == 'm' ? 'm'                \
			: (#name)[0] == 'r' ? 'r'                \
					    : '-');              \
		return fails() ? -1 : (int)syscall(__VA_ARGS__); \
	}
#define MOVE(writes, name, parameters, n, ...)            \
	ssize_t name parameters;                          \
	ssize_t name parameters                           \
	{                                                 \
		if (writes)                               \
			note('w');                        \
		if (fails())                              \
			return -1;                        \
		n = moves(n, writes);                     \
		return n == 0 ? 0 : syscall(__VA_ARGS__); \
	}

#define SYNC(name)                                           \
	int name(int fd)                                     \
	{                                                    \
		note(kind_of(fd));                           \
		if (!fails())                                \
			return (int)syscall(SYS_##name, fd); \
		fault.unsynced = true;                       \
		return -1;                                   \
	}

SYNC(fsync)
SYNC(fdatasync)
SYNC(syncfs)
CALL(ftruncate, (int fd, off_t n), SYS_ftruncate, fd, n)
CALL(fchmod, (int fd, mode_t mode), SYS_fchmod, fd, mode)
CALL(mkdir, (const char *path, mode_t mode), SYS_mkdirat, AT_FDCWD, path, mode)
CALL(mkdirat, (int dir, const char *path, mode_t mode), SYS_mkdirat, dir, path,
    mode)
CALL(unlinkat, (int dir, const char *path, int flags), SYS_unlinkat, dir, path,
    flags)
CALL(linkat, (int dir, const char *path, int to, const char *name, int flags),
    SYS_linkat, dir, path, to, name, flags)
CALL(renameat, (int dir, const char *path, int to, const char *name),
    SYS_renameat2, dir, path, to, name, 0)
CALL(renameat2,
    (int dir, const char *path, int to, const char *name, unsigned flags),
    SYS_renameat2, dir, path, to, name, flags)
CALL(futimens, (int fd, const struct timespec times[2]), SYS_utimensat, fd,
    NULL, times, 0)
CALL(
    fstat, (int fd, struct stat *st), SYS_newfstatat, fd, "", st, AT_EMPTY_PATH)
CALL(fstatat, (int dir, const char *path, struct stat *st, int flags),
    SYS_newfstatat, dir, path, st, flags)
MOVE(false, pread, (int fd, void *to, size_t n, off_t at), n, SYS_pread64, fd,
    to, n, at)
MOVE(true, pwrite, (int fd, const void *from, size_t n, off_t at), n,
    SYS_pwrite64, fd, from, n, at)

static int no_room; /* what is said of room that is to be kept; 0: it is */
static unsigned reserved; /* how often it was asked for */

int
fallocate(int fd, int mode, off_t at, off_t n)
{
	reserved++;
	if (fails())
		return -1;
	errno = no_room;
	return no_room != 0 ? -1 : (int)syscall(SYS_fallocate, fd, mode, at, n);
}

ssize_t
copy_file_range(
    int from, off_t *in, int to, off_t *out, size_t n, unsigned flags)
{
	note('w');
	if (fault.no_copy)
		errno = EXDEV;
	if (fault.no_copy || fails())
		return -1;
	n = moves(n, true);
	return n == 0
	    ? 0
	    : syscall(SYS_copy_file_range, from, in, to, out, n, flags);
}

int
openat(int dir, const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	return fails() ? -1 : (int)syscall(SYS_openat, dir, path, flags, mode);
}

/* What _FORTIFY_SOURCE makes of it. */
int __openat_2(int dir, const char *path, int flags);
int
__openat_2(int dir, const char *path, int flags)
{
	return openat(dir, path, flags, 0);
}

int
open(const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	return openat(AT_FDCWD, path, flags, mode);
}

int __open_2(const char *path, int flags);
int
__open_2(const char *path, int flags)
{
	return openat(AT_FDCWD, path, flags, 0);
}

static void (*while_waiting)(void); /* for the lock */

int
flock(int fd, int how)
{
	if (while_waiting != NULL)
		while_waiting();
	return fails() ? -1 : (int)syscall(SYS_flock, fd, how);
}

ssize_t
getrandom(void *to, size_t n, unsigned flags)
{
	return fails() ? -1 : syscall(SYS_getrandom, to, n, flags);
}

static struct statvfs disk; /* as it is said to be */

int
fstatvfs(int fd, struct statvfs *st)
{
	(void)fd;
	*st = disk;
	return fails() ? -1 : 0;
}

/* ---- memory: the sanitizer's if there is one, else libc's */

void *__interceptor_malloc(size_t) __attribute__((weak));
void *__interceptor_realloc(void *, size_t) __attribute__((weak));
void *__libc_malloc(size_t);
void *__libc_realloc(void *, size_t);

static void *
take(size_t n)
{
	return __interceptor_malloc != NULL ? __interceptor_malloc(n)
					    : __libc_malloc(n);
}

void *
malloc(size_t n)
{
	return fails() ? NULL : take(n);
}

void *
calloc(size_t n, size_t size)
{
	void *p = fails() ? NULL : take(n * size);

	return p == NULL ? NULL : memset(p, 0, n * size);
}

void *
realloc(void *p, size_t n)
{
	if (fails())
		return NULL;
	return __interceptor_realloc != NULL ? __interceptor_realloc(p, n)
					     : __libc_realloc(p, n);
}

void *
reallocarray(void *p, size_t n, size_t size)
{
	return realloc(p, n * size);
}

char *
strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy = fails() ? NULL : take(n);

	return copy == NULL ? NULL : memcpy(copy, s, n);
}

#endif
