/* SPDX-License-Identifier: ISC */
/* Answers of mx-dkim: what is read can be said again and is the same then. */
#include "dkimproto.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
read_from(int fd, struct dkim_answer *a)
{
	struct pairs_in in;

	lseek(fd, 0, SEEK_SET);
	pairs_in_init(&in, fd);
	return dkim_read_answer(&in, -1, a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("answer", MFD_CLOEXEC);
	struct dkim_answer a, b;
	struct dkim_request r;
	struct pairs_in in;

	assert(fd != -1 && write(fd, data, size) == (ssize_t)size);
	lseek(fd, 0, SEEK_SET);
	pairs_in_init(&in, fd);
	while (dkim_read(&in, -1, &r) == 1)
		assert(r.fd == -1);
	if (read_from(fd, &a) == 0) {
		assert(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0);
		assert(dkim_write(fd, &a) == 0 && read_from(fd, &b) == 0);
		assert(a.n == b.n && a.signatures == b.signatures);
		for (size_t i = 0; i < a.n; i++)
			assert(a.signature[i].result == b.signature[i].result &&
			    strcmp(a.signature[i].domain,
				b.signature[i].domain) == 0);
		assert(a.dmarc.result == b.dmarc.result &&
		    strcmp(a.dmarc.reason, b.dmarc.reason) == 0);
		assert(a.arc.result == b.arc.result &&
		    (a.arc.result == ARC_NONE ||
			a.arc.instance == b.arc.instance));
	}
	close(fd);
	return 0;
}
