/* SPDX-License-Identifier: ISC */
/* Forged results in our name are found at the same octets however they are
 * cut, and each cut is of whole lines. */
#include "authres.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check(const struct authres *a, const char *in, size_t n)
{
	uint64_t at = 0, kept = 0, run;

	assert(a->cuts.n <= CUTS && cuts_end(&a->cuts) <= n);
	for (unsigned i = 0; i < a->cuts.n; i++) {
		const struct cut *c = &a->cuts.cut[i];

		assert(c->octets > 0);
		assert(c->at == 0 || in[c->at - 1] == '\n');
	}
	while ((run = cuts_run(&a->cuts, &at, n)) > 0) {
		kept += run;
		at += run;
	}
	assert(kept + cuts_octets(&a->cuts) == n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct authres one, two;
	size_t step = size > 0 ? 1 + data[0] % 64 : 1;

	authres_init(&one, "backup.test");
	authres_init(&two, "backup.test");
	authres_push(&one, (const char *)data, size);
	for (size_t at = 0; at < size; at += step)
		authres_push(&two, (const char *)data + at,
		    size - at < step ? size - at : step);
	authres_end(&one);
	authres_end(&two);
	assert(one.too_many == two.too_many && one.cuts.n == two.cuts.n);
	assert(memcmp(one.cuts.cut, two.cuts.cut,
		   one.cuts.n * sizeof one.cuts.cut[0]) == 0);
	check(&one, (const char *)data, size);
	return 0;
}
