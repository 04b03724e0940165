/* SPDX-License-Identifier: ISC */
/*
 * What mx-dkim parses itself: a signature, a key record, a policy record, From.
 * What is accepted is what it claims to be.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "../../libexec/mx-dkim/bodylen.h"
#include "../../libexec/mx-dkim/from.h"
#include "../../libexec/mx-dkim/key.h"
#include "../../libexec/mx-dkim/signature.h"
#include "dmarc_record.h"
#include "domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
is_domain(const char *s)
{
	char name[DOMAIN_LEN + 1];

	assert(domain_normal(s, strlen(s), name) && strcmp(name, s) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;
	struct dkim_signature one = {.algorithm = "rsa-sha256"};
	struct dmarc_record record;
	struct from from = {.fields = 0};
	struct bodylen body;

	key_check(s, size, &one);
	if (signature_check(s, size, &one)) {
		is_domain(one.domain);
		assert(*one.selector != '\0' && *one.reason == '\0');
	} else {
		assert(*one.reason != '\0' && one.result != DKIM_PASS);
	}
	if (dmarc_record_parse(&record, s, size))
		assert(record.p < DMARC_POLICIES);
	from_add(&from, s, size);
	for (size_t i = 0; i < from.n; i++)
		is_domain(from.domain[i]);
	bodylen_init(&body);
	bodylen_push(&body, s, size);
	bodylen_end(&body);
	assert(body.simple <= size + 2 && body.relaxed <= body.simple);
	return 0;
}
