/* SPDX-License-Identifier: ISC */
/* Requests to mx-sts. */
#include "stsproto.h"

#include <assert.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sts_request r;
	int in = memfd_create("in", MFD_CLOEXEC);

	assert(in != -1 && write(in, data, size) == (ssize_t)size);
	lseek(in, 0, SEEK_SET);
	if (sts_read(in, &r) == 0)
		assert(r.addresses.n > 0 && r.addresses.n <= ENDPOINTS &&
		    *r.domain != '\0' && r.deadline_ms > 0);
	close(in);
	return 0;
}
