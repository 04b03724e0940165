/* SPDX-License-Identifier: ISC */
/* MTA-STS records and policies: what is taken is what it says. */
#include "sts.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sts_policy p, again;
	const char *s = (const char *)data;
	char id[STS_ID + 1], text[STS_TEXT], name[DOMAIN_LEN + 1];

	if (sts_record_parse(s, size, id))
		assert(sts_record_is_meant(s, size) && *id != '\0');
	if (!sts_policy_parse(&p, s, size))
		return 0;
	for (size_t i = 0; i < p.n; i++) {
		const char *mx = p.mx[i] + (*p.mx[i] == '*' ? 2 : 0);

		assert(domain_normal(mx, strlen(mx), name) &&
		    strcmp(mx, name) == 0);
		assert(*p.mx[i] == '*' || sts_policy_allows(&p, mx));
	}
	sts_policy_format(&p, text);
	assert(sts_policy_parse(&again, text, strlen(text)));
	assert(again.mode == p.mode && again.max_age == p.max_age &&
	    again.n == p.n);
	return 0;
}
