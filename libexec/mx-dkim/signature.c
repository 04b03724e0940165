/* SPDX-License-Identifier: ISC */
/* DKIM-Signature (RFC 6376 3.5, 6.1.1; RFC 8301; RFC 8463). */
#include "signature.h"

#include <stdlib.h>
#include <string.h>

#include "domain.h"
#include "taglist.h"

static const char *const dkim_tags[] = {
    "v", "a", "b", "bh", "d", "h", "s", NULL};

static bool set_algorithm(struct dkim_signature *, const struct tag *);
static bool set_selector(struct dkim_signature *, const struct tag *);
static bool set_length(struct dkim_signature *, const char *, size_t);

bool
signature_check(const char *body, size_t n, struct dkim_signature *s)
{
	return signature_check_tags(body, n, dkim_tags, s);
}

bool
signature_check_tags(const char *body, size_t n, const char *const *needed,
    struct dkim_signature *s)
{
	struct tag d, a, selector, t;

	*s = (struct dkim_signature){.result = DKIM_NEUTRAL};
	if (taglist_get(body, n, "d", &d) &&
	    !domain_normal(d.value, d.value_len, s->domain))
		*s->domain = '\0';
	if (!taglist_valid(body, n))
		return signature_refuse(
		    s, DKIM_PERMERROR, "malformed or duplicate tags");
	for (; *needed != NULL; needed++) {
		if (!taglist_get(body, n, *needed, &t))
			return signature_refuse(
			    s, DKIM_PERMERROR, "a required tag is missing");
	}
	taglist_get(body, n, "a", &a);
	taglist_get(body, n, "s", &selector);
	if (!set_selector(s, &selector))
		return signature_refuse(s, DKIM_PERMERROR, "s= is no selector");
	if (*s->domain == '\0')
		return signature_refuse(
		    s, DKIM_PERMERROR, "d= is no domain name");
	return set_algorithm(s, &a) && set_length(s, body, n);
}

bool
signature_refuse(
    struct dkim_signature *s, enum dkim_result result, const char *reason)
{
	s->result = result;
	strlcpy(s->reason, reason, sizeof s->reason);
	for (char *p = s->reason; *p != '\0'; p++) {
		if (*p < 0x20 || *p >= 0x7f)
			*p = '?';
	}
	return false;
}

static bool
set_algorithm(struct dkim_signature *s, const struct tag *a)
{
	static const char *const good[] = {"rsa-sha256", "ed25519-sha256"};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		if (tag_value_is(a, good[i])) {
			strlcpy(s->algorithm, good[i], sizeof s->algorithm);
			return true;
		}
	}
	if (!tag_value_is(a, "rsa-sha1"))
		return signature_refuse(
		    s, DKIM_NEUTRAL, "the algorithm is not known");
	strlcpy(s->algorithm, "rsa-sha1", sizeof s->algorithm);
	return signature_refuse(
	    s, DKIM_PERMERROR, "rsa-sha1 is not acceptable (RFC 8301)");
}

/* sub-domain *("." sub-domain), and the underscores that are in use. */
static bool
set_selector(struct dkim_signature *s, const struct tag *t)
{
	size_t label = 0;

	if (t->value_len >= sizeof s->selector)
		return false;
	for (size_t i = 0; i < t->value_len; i++) {
		char c = t->value[i];

		if (c == '.' && label == 0)
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > LABEL_LEN ||
		    !(c == '.' || c == '-' || c == '_' ||
			(c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			(c >= 'A' && c <= 'Z')))
			return false;
	}
	memcpy(s->selector, t->value, t->value_len);
	s->selector[t->value_len] = '\0';
	return label > 0;
}

static bool
set_length(struct dkim_signature *s, const char *body, size_t n)
{
	char digits[32] = "";
	const char *wrong = "";
	struct tag l;

	if (!taglist_get(body, n, "l", &l))
		return true;
	if (l.value_len < sizeof digits) {
		memcpy(digits, l.value, l.value_len);
		if (strspn(digits, "0123456789") == l.value_len)
			s->covered =
			    (uint64_t)strtonum(digits, 0, INT64_MAX, &wrong);
	}
	s->limited = true;
	return wrong == NULL ||
	    signature_refuse(s, DKIM_PERMERROR, "l= is no length");
}
