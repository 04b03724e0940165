/* SPDX-License-Identifier: ISC */
/* The end of data is found at the same octet however the octets are cut, and
 * the message is the same. */
#include "frame.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

enum { MOST = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct result {
	size_t used, len;
	bool ended;
	unsigned flaws;
	char out[MOST + 2];
};

static void
feed(struct result *r, enum frame_kind kind, const char *in, size_t n,
    size_t step)
{
	struct frame f;

	memset(r, 0, sizeof *r);
	frame_init(&f, kind);
	while (r->used < n && !f.ended) {
		size_t part = n - r->used < step ? n - r->used : step, len;
		const char *out;

		r->used += frame_next(&f, in + r->used, part, &out, &len);
		assert(r->len + len <= sizeof r->out);
		memcpy(r->out + r->len, out, len);
		r->len += len;
	}
	if (kind == FRAME_BDAT)
		frame_finish(&f);
	r->ended = f.ended;
	r->flaws = f.flaws;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct result one, two;
	const char *in = (const char *)data + 1;
	size_t n = size - 1;

	if (size < 2 || size > MOST)
		return 0;
	for (int kind = FRAME_DATA; kind <= FRAME_BDAT; kind++) {
		feed(&one, (enum frame_kind)kind, in, n, n);
		feed(&two, (enum frame_kind)kind, in, n, 1 + data[0] % 16);
		assert(one.used == two.used && one.ended == two.ended);
		assert(one.flaws == two.flaws);
		if (one.flaws != 0)
			continue;
		assert(one.len == two.len);
		assert(memcmp(one.out, two.out, one.len) == 0);
		if (kind == FRAME_BDAT)
			assert(one.len == n && memcmp(one.out, in, n) == 0);
	}
	return 0;
}
