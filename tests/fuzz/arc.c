/* SPDX-License-Identifier: ISC */
/*
 * A header section as a chain: what is one has all of its parts, and what its
 * signatures are about can be told.
 */
#include "arc.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
count(void *ctx, const char *octets, size_t n)
{
	size_t *all = ctx;

	assert(n > 0 && octets != NULL);
	*all += n;
}

static void
push(struct arc *a, const char *s, size_t n)
{
	const char *end = s + n;

	while (s < end) {
		const char *stop = memmem(s, (size_t)(end - s), "\r\n\r", 3);

		if (stop == NULL)
			stop = end;
		arc_push(a, s, (size_t)(stop - s));
		s = stop < end ? stop + 3 : end;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arc a;
	size_t all = 0;
	struct canon c;
	struct canon_body body;

	arc_init(&a);
	push(&a, (const char *)data, size);
	canon_init(&c, count, &all);
	if (arc_is_chain(&a)) {
		assert(a.n >= 1 && a.n <= ARC_SETS && !arc_has_failed(&a));
		for (unsigned i = 1; i <= a.n; i++) {
			arc_seal_octets(&a, 1, i, &c);
			arc_message_octets(&a, a.set[i].message, &c);
		}
		assert(all > 0);
	}
	for (int relaxed = 0; relaxed < 2; relaxed++) {
		all = 0;
		canon_body_init(&body, relaxed, count, &all);
		canon_body_push(&body, (const char *)data, size);
		canon_body_end(&body);
		assert(body.octets == all && all <= size + 2);
	}
	return 0;
}
