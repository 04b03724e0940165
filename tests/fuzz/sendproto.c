/* SPDX-License-Identifier: ISC */
/* Requests to mx-send: whatever comes is read or refused, and no request is
 * larger than what it came in. */
#include "sendproto.h"

#include <assert.h>
#include <string.h>

#include "calls/stream.h"

enum { MESSAGE = 1000 };

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check(const struct send_request *r, size_t size)
{
	assert(r->ntarget <= SEND_TARGETS && r->nrcpt <= size);
	for (size_t i = 0; i < r->nrcpt; i++)
		assert(strlen(r->rcpt[i].mailbox) <= size);
	if (r->op == SEND_MAIL)
		assert(r->offset <= MESSAGE && r->size <= MESSAGE - r->offset &&
		    cuts_end(&r->cuts) <= r->size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct send_stream *stream;
	struct send_request r;
	int more = 1;

	stream_set(data, size);
	stream_pass(MESSAGE);
	assert((stream = send_stream_new(STREAM, -1)) != NULL);
	while (more == 1) {
		more = send_read(stream, &r);
		if (more == 1)
			check(&r, size);
		send_request_free(&r);
	}
	send_stream_free(stream);
	return 0;
}
