/* SPDX-License-Identifier: ISC */
/* Answers of mx-dkim: what is read can be said again and is the same then. */
#include "dkimproto.h"

#include <assert.h>
#include <string.h>

#include "calls/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
hear(struct dkim_answer *a)
{
	struct pairs_in in;

	pairs_in_init(&in, STREAM);
	return dkim_read_answer(&in, -1, a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dkim_answer a, b;
	struct dkim_request r;
	struct pairs_in in;
	bool first = true;

	stream_set(data, size);
	stream_pass(0);
	pairs_in_init(&in, STREAM);
	while (dkim_read(&in, -1, &r) == 1) {
		assert(r.fd == (first ? STREAM_PASSED : -1));
		first = false;
		dkim_request_free(&r);
	}
	dkim_request_free(&r);
	stream_set(data, size);
	if (hear(&a) == 0) {
		assert(dkim_write(STREAM, &a) == 0);
		stream_turn();
		assert(hear(&b) == 0);
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
	return 0;
}
