/* SPDX-License-Identifier: ISC */
/* Answers of mx-spf: what is read can be said again and is the same then. */
#include "spfproto.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
read_from(int fd, struct spf_answer *a)
{
	struct pairs_in in;

	lseek(fd, 0, SEEK_SET);
	pairs_in_init(&in, fd);
	return spf_read_answer(&in, -1, a);
}

static void
same(const struct spf_finding *a, const struct spf_finding *b)
{
	assert(a->result == b->result && strcmp(a->domain, b->domain) == 0 &&
	    strcmp(a->reason, b->reason) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("answer", MFD_CLOEXEC);
	struct spf_answer a, b;
	struct spf_request r;
	struct pairs_in in;

	assert(fd != -1 && write(fd, data, size) == (ssize_t)size);
	lseek(fd, 0, SEEK_SET);
	pairs_in_init(&in, fd);
	while (spf_read(&in, -1, &r) == 1)
		assert(r.client.family != 0 && r.deadline_ms > 0);
	if (read_from(fd, &a) == 0) {
		assert(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0);
		assert(spf_write(fd, &a) == 0 && read_from(fd, &b) == 0);
		same(&a.mailfrom, &b.mailfrom);
		same(&a.helo, &b.helo);
	}
	close(fd);
	return 0;
}
