/* SPDX-License-Identifier: ISC */
/* Requests to mx-tls; answers of it: what is read can be said again and is the
 * same then. */
#include "tlsproto.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
read_from(int fd, struct tls_answer *a)
{
	struct pairs_in in;

	lseek(fd, 0, SEEK_SET);
	pairs_in_init(&in, fd);
	return tls_read_answer(&in, -1, a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("answer", MFD_CLOEXEC), network;
	struct tls_answer a, b;
	struct tls_request r;

	assert(fd != -1 && write(fd, data, size) == (ssize_t)size);
	lseek(fd, 0, SEEK_SET);
	if (tls_read(fd, &r, &network) == 0)
		assert(r.certificate.n == r.key.n && r.deadline_ms > 0);
	tls_request_free(&r);
	if (read_from(fd, &a) == 0 && a.up) {
		assert(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0);
		assert(tls_write(fd, &a) == 0 && read_from(fd, &b) == 0);
		assert(strcmp(a.cipher, b.cipher) == 0 &&
		    strcmp(a.reason, b.reason) == 0 && a.failure == b.failure &&
		    a.bits == b.bits && a.resumed == b.resumed &&
		    strcmp(a.peer_names, b.peer_names) == 0);
	}
	close(fd);
	return 0;
}
