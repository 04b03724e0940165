/* SPDX-License-Identifier: ISC */
/*
 * What mx-spf parses itself: a record, its macros; and that what libspf2 is
 * shown has no octet of it.  Up to the first NUL is a local part.
 */
#include "../../libexec/mx-spf/record.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../libexec/mx-spf/canon.h"
#include "../../libexec/mx-spf/macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
expand(const struct term *t, const struct macro_values *v)
{
	char name[DOMAIN_LEN + 1];

	macro_wants_name(t->domain, t->domain_len);
	if (macro_expand(v, t->domain, t->domain_len, name))
		assert(*name != '\0' && *name != '.' &&
		    strstr(name, "..") == NULL && strlen(name) <= DOMAIN_LEN);
}

static void
show(const char *s, size_t n, const struct ip *client)
{
	const struct canon_input in = {
	    .record = s, .len = n, .number = 10, .client = client};
	struct canon c;

	canon_write(&c, &in);
	assert(strlen(c.text) == c.len && c.len < 512);
	assert(strchr(c.text, '%') == NULL);
	assert(c.terms <= SPF_TERMS + 4);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\0', size);
	size_t local_len = end == NULL ? 0 : (size_t)(end - data), at = 0;
	size_t skip = end == NULL ? 0 : local_len + 1, n = size - skip;
	char local[MAILBOX_LEN + 1] = "jo", *s;
	struct ip four, six;
	struct macro_values v = {
	    local, "a.test", "b.test", "c.test", "unknown", &four};
	struct term t, bad;

	if (local_len > MAILBOX_LEN)
		return 0;
	memcpy(local, data, local_len);
	assert((s = malloc(n + 1)) != NULL); /* nothing behind it is read */
	s = realloc(s, n > 0 ? n : 1);
	memcpy(s, data + skip, n);
	assert(ip_parse(&four, "192.0.2.1", 9) &&
	    ip_parse(&six, "2001:db8::1", 11));
	if (record_is_spf(s, n) && record_check(s, n, &bad)) {
		while (record_next(s, n, &at, &t)) {
			assert(t.bits4 <= 32 && t.bits6 <= 128);
			if (t.domain != NULL && t.kind != TERM_IP4 &&
			    t.kind != TERM_IP6 && t.kind != TERM_MODIFIER)
				expand(&t, &v);
		}
		v.client = &six;
		show(s, n, &four);
		show(s, n, &six);
	}
	free(s);
	return 0;
}
