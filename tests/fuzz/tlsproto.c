/* SPDX-License-Identifier: ISC */
/* Requests to mx-tls; answers of it: what is read can be said again and is the
 * same then. */
#include "tlsproto.h"

#include <assert.h>
#include <string.h>

#include "calls/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
hear(struct tls_answer *a)
{
	struct pairs_in in;

	pairs_in_init(&in, STREAM);
	return tls_read_answer(&in, -1, a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int network;
	struct tls_answer a, b;
	struct tls_request r;

	stream_set(data, size);
	stream_pass(0);
	if (tls_read(STREAM, &r, &network) == 0)
		assert(r.certificate.n == r.key.n && r.deadline_ms > 0 &&
		    network == STREAM_PASSED);
	tls_request_free(&r);
	stream_set(data, size);
	if (hear(&a) == 0 && a.up) {
		assert(tls_write(STREAM, &a) == 0);
		stream_turn();
		assert(hear(&b) == 0);
		assert(strcmp(a.cipher, b.cipher) == 0 &&
		    strcmp(a.reason, b.reason) == 0 && a.failure == b.failure &&
		    a.bits == b.bits && a.resumed == b.resumed &&
		    strcmp(a.peer_names, b.peer_names) == 0);
	}
	return 0;
}
