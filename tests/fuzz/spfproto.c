/* SPDX-License-Identifier: ISC */
/* Answers of mx-spf: what is read can be said again and is the same then. */
#include "spfproto.h"

#include <assert.h>
#include <string.h>

#include "calls/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
hear(struct spf_answer *a)
{
	struct pairs_in in;

	pairs_in_init(&in, STREAM);
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
	struct spf_answer a, b;
	struct spf_request r;
	struct pairs_in in;

	stream_set(data, size);
	pairs_in_init(&in, STREAM);
	while (spf_read(&in, -1, &r) == 1)
		assert(r.client.family != 0 && r.deadline_ms > 0);
	stream_set(data, size);
	if (hear(&a) == 0) {
		assert(spf_write(STREAM, &a) == 0);
		stream_turn();
		assert(hear(&b) == 0);
		same(&a.mailfrom, &b.mailfrom);
		same(&a.helo, &b.helo);
	}
	return 0;
}
