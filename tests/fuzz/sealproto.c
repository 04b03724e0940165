/* SPDX-License-Identifier: ISC */
/* Requests to mx-arc and its answers: no field of another gets through, and
 * what is read can be said again. */
#include "sealproto.h"

#include <assert.h>
#include <string.h>

#include "calls/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
hear(struct seal_answer *a)
{
	struct pairs_in in;

	pairs_in_init(&in, STREAM);
	seal_read_answer(&in, -1, a);
}

static void
are_fields(const char *s)
{
	while (*s != '\0') {
		size_t n = strcspn(s, "\r\n");

		assert(*s == '\t' || strncmp(s, "ARC-", 4) == 0 ||
		    strncmp(s, "DKIM-Signature:", 15) == 0);
		assert(n > 1 && strncmp(s + n, "\r\n", 2) == 0);
		s += n + 2;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct seal_answer a, b;
	static struct seal_asked r;

	stream_set(data, size);
	if (seal_read(STREAM, &r) == 0)
		assert(*r.key != '\0' && strstr(r.results, "\n\n") == NULL);
	stream_set(data, size);
	hear(&a);
	assert((*a.fields == '\0') != (*a.error == '\0'));
	are_fields(a.fields);
	assert(seal_write(STREAM, &a) == 0);
	stream_turn();
	hear(&b);
	assert(strcmp(a.fields, b.fields) == 0);
	return 0;
}
