/* SPDX-License-Identifier: ISC */
#include "verified.h"

#include <stdio.h>
#include <string.h>

#include "domain.h"

static const char *const methods[VERIFIED_METHODS] = {
    "spf", "dkim", "dmarc", "callout"};

const char *const verified_result_name[VERIFIED_RESULTS] = {"", "pass", "fail",
    "softfail", "neutral", "none", "policy", "temperror", "permerror"};

static void parse_word(const char *, size_t, struct verified *);
static void parse_fact(const char *, size_t, struct verified_fact *);

enum verified_result
verified_result(const char *name)
{
	for (unsigned i = VERIFIED_PASS; i < VERIFIED_RESULTS; i++) {
		if (strcmp(verified_result_name[i], name) == 0)
			return (enum verified_result)i;
	}
	return VERIFIED_NOT;
}

void
verified_format(const struct verified *v, char out[VERIFIED_LEN])
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < VERIFIED_METHODS; i++) {
		const struct verified_fact *f = &v->of[i];

		if (f->result == VERIFIED_NOT)
			continue;
		len += (size_t)snprintf(out + len, VERIFIED_LEN - len,
		    "%s%s=%s%s%s", len > 0 ? " " : "", methods[i],
		    verified_result_name[f->result], *f->domain ? ":" : "",
		    f->domain);
	}
}

void
verified_parse(const char *text, struct verified *v)
{
	memset(v, 0, sizeof *v);
	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		parse_word(text, n, v);
		text += n;
		text += strspn(text, " ");
	}
}

bool
verified_is_genuine(const struct verified *v, const char *sender)
{
	const char *at = strrchr(sender, '@');

	if (at == NULL)
		return false;
	for (unsigned i = VERIFIED_SPF; i <= VERIFIED_DMARC; i++) {
		if (v->of[i].result == VERIFIED_PASS &&
		    strcmp(v->of[i].domain, at + 1) == 0)
			return true;
	}
	/* who signs for a domain signs for those below it (RFC 6376 3.9) */
	return v->of[VERIFIED_DKIM].result == VERIFIED_PASS &&
	    domain_is_below(at + 1, v->of[VERIFIED_DKIM].domain);
}

bool
verified_is_forged(const struct verified *v, const char *sender)
{
	return !verified_is_genuine(v, sender) &&
	    (v->of[VERIFIED_SPF].result == VERIFIED_FAIL ||
		v->of[VERIFIED_DMARC].result == VERIFIED_FAIL ||
		v->of[VERIFIED_CALLOUT].result == VERIFIED_FAIL);
}

/* "spf=pass:example.org" */
static void
parse_word(const char *word, size_t n, struct verified *v)
{
	for (unsigned i = 0; i < VERIFIED_METHODS; i++) {
		size_t len = strlen(methods[i]);

		if (n > len && strncmp(word, methods[i], len) == 0 &&
		    word[len] == '=')
			parse_fact(word + len + 1, n - len - 1, &v->of[i]);
	}
}

/* "pass:example.org"; a domain that is none leaves nothing said. */
static void
parse_fact(const char *s, size_t n, struct verified_fact *f)
{
	const char *colon = memchr(s, ':', n);
	size_t len = colon == NULL ? n : (size_t)(colon - s);
	char name[16], domain[DOMAIN_LEN + 1] = "";

	if (len >= sizeof name)
		return;
	memcpy(name, s, len);
	name[len] = '\0';
	if (colon != NULL && !domain_normal(colon + 1, n - len - 1, domain))
		return;
	f->result = verified_result(name);
	strlcpy(f->domain, domain, sizeof f->domain);
}
