/* SPDX-License-Identifier: ISC */
/* Requests to mx-send: whatever comes is read or refused, and no request is
 * larger than what it came in. */
#include "sendproto.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int in = memfd_create("in", MFD_CLOEXEC);
	struct send_stream *stream;
	struct send_request r;
	int more = 1;

	assert(in != -1 && write(in, data, size) == (ssize_t)size);
	lseek(in, 0, SEEK_SET);
	assert((stream = send_stream_new(in, -1)) != NULL);
	while (more == 1) {
		more = send_read(stream, &r);
		if (more == 1) {
			assert(r.ntarget <= SEND_TARGETS && r.nrcpt <= size);
			for (size_t i = 0; i < r.nrcpt; i++)
				assert(strlen(r.rcpt[i].mailbox) <= size);
		}
		send_request_free(&r);
	}
	send_stream_free(stream);
	close(in);
	return 0;
}
