/* SPDX-License-Identifier: ISC */
/* Requests to mx-scan and its answers: what is read can be said again and is
 * the same then. */
#include "scanproto.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
read_from(int fd, struct scan_answer *a)
{
	struct helper h = {.pid = -1, .fd = dup(fd)};

	assert(h.fd != -1);
	lseek(fd, 0, SEEK_SET);
	pairs_in_init(&h.in, h.fd);
	scan_finish(&h, wire_now() + 1000, a);
}

static void
is_printable(const char *s)
{
	for (; *s != '\0'; s++)
		assert(isprint((unsigned char)*s));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("answer", MFD_CLOEXEC);
	static struct scan_asked r;
	struct scan_answer a, b;

	assert(fd != -1 && write(fd, data, size) == (ssize_t)size);
	lseek(fd, 0, SEEK_SET);
	if (scan_read(fd, &r) == 0)
		assert(*r.socket != '\0' && r.deadline_ms > 0 &&
		    r.offset <= INT64_MAX && r.size <= INT64_MAX);
	read_from(fd, &a);
	is_printable(a.name);
	is_printable(a.reason);
	assert(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0);
	assert(scan_write(fd, &a) == 0);
	read_from(fd, &b);
	assert(a.result == b.result && strcmp(a.name, b.name) == 0);
	assert(strcmp(a.reason, b.reason) == 0);
	close(fd);
	return 0;
}
