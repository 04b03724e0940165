/* SPDX-License-Identifier: ISC */
/* Requests to mx-scan and its answers: what is read can be said again and is
 * the same then. */
#include "scanproto.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "calls/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
hear(struct scan_answer *a)
{
	struct pairs_in in;

	pairs_in_init(&in, STREAM);
	scan_read_answer(&in, -1, a);
}

static void
is_printable(const char *s)
{
	for (; *s != '\0'; s++)
		assert(isprint((unsigned char)*s));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct scan_asked r;
	struct scan_answer a, b;

	stream_set(data, size);
	if (scan_read(STREAM, &r) == 0)
		assert(*r.socket != '\0' && r.deadline_ms > 0 &&
		    r.offset <= INT64_MAX && r.size <= INT64_MAX);
	stream_set(data, size);
	hear(&a);
	is_printable(a.name);
	is_printable(a.reason);
	assert(scan_write(STREAM, &a) == 0);
	stream_turn();
	hear(&b);
	assert(a.result == b.result && strcmp(a.name, b.name) == 0);
	assert(strcmp(a.reason, b.reason) == 0);
	return 0;
}
