/* SPDX-License-Identifier: ISC */
/* Requests to mx-arc and its answers: no field of another gets through, and
 * what is read can be said again. */
#include "sealproto.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
read_from(int fd, struct seal_answer *a)
{
	struct pairs_in in;

	lseek(fd, 0, SEEK_SET);
	pairs_in_init(&in, fd);
	seal_read_answer(&in, -1, a);
}

static void
are_fields(const char *s)
{
	while (*s != '\0') {
		size_t n = strcspn(s, "\r\n");

		assert(*s == '\t' || strncmp(s, "ARC-", 4) == 0 ||
		    strncmp(s, "DKIM-Signature:", 15) == 0);
		assert(n > 1 && strncmp(s + n, "\r\n", 2) == 0);
		s += n + 2;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("answer", MFD_CLOEXEC);
	static struct seal_answer a, b;
	static struct seal_asked r;

	assert(fd != -1 && write(fd, data, size) == (ssize_t)size);
	lseek(fd, 0, SEEK_SET);
	if (seal_read(fd, &r) == 0)
		assert(*r.key != '\0' && strstr(r.results, "\n\n") == NULL);
	read_from(fd, &a);
	assert((*a.fields == '\0') != (*a.error == '\0'));
	are_fields(a.fields);
	assert(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0);
	assert(seal_write(fd, &a) == 0);
	read_from(fd, &b);
	assert(strcmp(a.fields, b.fields) == 0);
	close(fd);
	return 0;
}
