/* SPDX-License-Identifier: ISC */
/* Requests to mx-sts. */
#include "stsproto.h"

#include <assert.h>
#include <stdint.h>

#include "calls/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sts_request r;

	stream_set(data, size);
	if (sts_read(STREAM, &r) == 0)
		assert(r.addresses.n > 0 && r.addresses.n <= ENDPOINTS &&
		    *r.domain != '\0' && r.deadline_ms > 0);
	return 0;
}
