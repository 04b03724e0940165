/* SPDX-License-Identifier: ISC */
#include "lookup.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

static bool settle(struct lookup *, enum spf_result, const char *, ...)
    __attribute__((format(printf, 3, 4)));
static bool select_record(
    struct lookup *, const char *, struct lookup_record *);
static bool keep_record(struct lookup *, struct lookup_record *, size_t);
static bool no_record(struct lookup *, const char *, bool);
static bool enter(struct lookup *, const char *, struct term *);
static bool count_term(struct lookup *, const struct term *);
static bool count_void(struct lookup *);
static bool target(struct lookup *, const struct term *, char[DOMAIN_LEN + 1]);
static bool ask_addresses(
    struct lookup *, const struct term *, struct ip *, size_t *);
static bool is_wide(const struct lookup *, const struct term *);
static void describe(const struct lookup *, struct token, char *, size_t);
static void printable(char *);

bool
lookup_record(struct lookup *l, const char *token, struct canon *out)
{
	struct lookup_record new = {.text = NULL};
	char domain[DOMAIN_LEN + 1];
	struct term t;

	if (l->settled)
		return false;
	strlcpy(domain, l->sender_domain, sizeof domain);
	if (token != NULL) {
		if (!enter(l, token, &t))
			return false;
		new.from = l->at;
		new.included = t.kind == TERM_INCLUDE;
		if (!count_term(l, &t))
			return false;
		if (!target(l, &t, domain))
			return settle(l, SPF_PERMERROR,
			    "%.*s: this leads to no domain name", (int)t.len,
			    t.text);
	}
	assert(l->records < SPF_RECORDS); /* the terms were counted */
	if (!select_record(l, domain, &new))
		return false;
	canon_write(out,
	    &(struct canon_input){.record = new.text,
		.len = new.len,
		.number = l->records,
		.client = l->client});
	l->at = (struct token){.record = l->records, .offset = new.len};
	l->record[l->records++] = new;
	return true;
}

bool
lookup_addresses(
    struct lookup *l, const char *token, struct ip out[DNS_ADDR_MAX], size_t *n)
{
	struct term t;
	char name[DOMAIN_LEN + 1];

	*n = 0;
	if (!enter(l, token, &t))
		return false;
	switch (t.kind) {
	case TERM_MX:
		return ask_addresses(l, &t, out, n);
	case TERM_A:
	case TERM_EXISTS:
		return count_term(l, &t) && ask_addresses(l, &t, out, n);
	case TERM_PTR:
		if (!count_term(l, &t))
			return false;
		if (target(l, &t, name) &&
		    names_match(l->names, l->source, l->client, name))
			out[(*n)++] = *l->client;
		return true;
	default: /* one that asks nobody is reached, or the record's end */
		return true;
	}
}

bool
lookup_exchangers(struct lookup *l, const char *token, size_t *n)
{
	struct term t;
	char name[DOMAIN_LEN + 1];

	*n = l->hosts = 0;
	if (!enter(l, token, &t) || !count_term(l, &t))
		return false;
	if (!target(l, &t, name))
		return true;
	switch (l->source->exchangers(l->source->ctx, name, l->mx, &l->hosts)) {
	case DNS_FOUND:
		break;
	case DNS_TEMPFAIL:
		l->hosts = 0;
		return settle(l, SPF_TEMPERROR,
		    "no answer from the DNS for the MX of %s", name);
	default:
		l->hosts = 0;
		return count_void(l);
	}
	if (l->hosts > SPF_HOSTS)
		return settle(l, SPF_PERMERROR, "%.*s: more than %d exchangers",
		    (int)t.len, t.text, SPF_HOSTS);
	*n = l->hosts;
	return true;
}

void
lookup_finish(struct lookup *l, enum spf_result result)
{
	char what[SPF_REASON];

	if (l->settled)
		return;
	describe(l, l->at, what, sizeof what);
	settle(l, result, "%s", what);
}

void
lookup_fail(struct lookup *l, const char *why)
{
	settle(l, SPF_TEMPERROR, "libspf2: %s", why);
}

void
lookup_clear(struct lookup *l)
{
	for (unsigned i = 0; i < l->records; i++)
		free(l->record[i].text);
	l->records = 0;
}

/* False, for those who have to say it. */
static bool
settle(struct lookup *l, enum spf_result result, const char *fmt, ...)
{
	va_list ap;

	if (l->settled)
		return false;
	l->settled = true;
	l->finding->result = result;
	va_start(ap, fmt);
	vsnprintf(l->finding->reason, sizeof l->finding->reason, fmt, ap);
	va_end(ap);
	printable(l->finding->reason);
	return false;
}

/* RFC 7208 4.4, 4.5 */
static bool
select_record(struct lookup *l, const char *domain, struct lookup_record *r)
{
	size_t found = 0, which = 0;

	strlcpy(r->domain, domain, sizeof r->domain);
	switch (l->source->text(l->source->ctx, domain, &l->answer)) {
	case DNS_FOUND:
		break;
	case DNS_TEMPFAIL:
		return settle(
		    l, SPF_TEMPERROR, "no answer from the DNS for %s", domain);
	default:
		return no_record(l, domain, l->records == 0);
	}
	for (size_t i = 0; i < l->answer.n; i++) {
		if (!record_is_spf(
			l->answer.record[i].octets, l->answer.record[i].len))
			continue;
		found++;
		which = i;
	}
	if (found == 0)
		return no_record(l, domain, l->records == 0);
	if (found > 1)
		return settle(
		    l, SPF_PERMERROR, "%s has more than one record", domain);
	return keep_record(l, r, which);
}

static bool
keep_record(struct lookup *l, struct lookup_record *r, size_t which)
{
	const char *text = l->answer.record[which].octets;
	size_t len = l->answer.record[which].len;
	struct term bad;

	if (!record_check(text, len, &bad))
		return settle(l, SPF_PERMERROR, "%.*s: %s (%s)",
		    bad.len > 40 ? 40 : (int)bad.len, bad.text, bad.wrong,
		    r->domain);
	if ((r->text = malloc(len)) == NULL)
		return settle(l, SPF_TEMPERROR, "no memory");
	memcpy(r->text, text, len);
	r->len = len;
	return true;
}

static bool
no_record(struct lookup *l, const char *domain, bool own)
{
	return settle(
	    l, own ? SPF_NONE : SPF_PERMERROR, "%s has no record", domain);
}

/* Which term TOKEN means; that is where the evaluation is now. */
static bool
enter(struct lookup *l, const char *token, struct term *t)
{
	const struct lookup_record *r;
	struct token at;
	size_t offset;

	if (l->settled)
		return false;
	if (!token_parse(&at, token) || at.record >= l->records ||
	    at.offset > l->record[at.record].len) {
		settle(l, SPF_TEMPERROR, "libspf2 asks for nothing");
		return false;
	}
	r = &l->record[at.record];
	l->at = at;
	offset = at.offset;
	if (!record_next(r->text, r->len, &offset, t))
		*t = (struct term){.kind = TERM_ALL, .text = ""};
	return true;
}

static bool
count_term(struct lookup *l, const struct term *t)
{
	if (++l->terms <= SPF_TERMS)
		return true;
	return settle(l, SPF_PERMERROR,
	    "%.*s: more than %d terms that ask the DNS", (int)t->len, t->text,
	    SPF_TERMS);
}

static bool
count_void(struct lookup *l)
{
	if (++l->voids <= SPF_VOIDS)
		return true;
	return settle(l, SPF_PERMERROR,
	    "more than %d terms for which the DNS has nothing", SPF_VOIDS);
}

/* The name that T asks for; false when it is none. */
static bool
target(struct lookup *l, const struct term *t, char name[DOMAIN_LEN + 1])
{
	const char *domain = l->record[l->at.record].domain;
	struct macro_values v = {.local = l->local,
	    .sender_domain = l->sender_domain,
	    .domain = domain,
	    .helo = l->helo,
	    .validated = "",
	    .client = l->client};

	if (t->domain == NULL)
		return strlcpy(name, domain, DOMAIN_LEN + 1) <= DOMAIN_LEN;
	if (macro_wants_name(t->domain, t->domain_len))
		v.validated =
		    names_best(l->names, l->source, l->client, domain);
	return macro_expand(&v, t->domain, t->domain_len, name);
}

static bool
ask_addresses(struct lookup *l, const struct term *t, struct ip *out, size_t *n)
{
	int family = t->kind == TERM_EXISTS ? AF_INET : l->client->family;
	char name[DOMAIN_LEN + 1];

	if (l->at.host > l->hosts && t->kind == TERM_MX)
		return settle(l, SPF_TEMPERROR, "libspf2 asks for nothing");
	if (t->kind == TERM_MX && l->at.host > 0)
		strlcpy(name, l->mx[l->at.host - 1].host, sizeof name);
	else if (!target(l, t, name))
		return true;
	if (*name == '\0')
		return true; /* the null MX */
	switch (l->source->addresses(l->source->ctx, name, family, out, n)) {
	case DNS_FOUND:
		if (is_wide(l, t) && *n > 0) {
			out[0] = *l->client;
			*n = 1;
		}
		return true;
	case DNS_TEMPFAIL:
		*n = 0;
		return settle(l, SPF_TEMPERROR,
		    "no answer from the DNS for the address of %s", name);
	default:
		*n = 0;
		return t->kind == TERM_MX || count_void(l);
	}
}

/* "/0": any address is as good as the client's. */
static bool
is_wide(const struct lookup *l, const struct term *t)
{
	return (l->client->family == AF_INET6 ? t->bits6 : t->bits4) == 0;
}

/*
 * "ip4:192.0.2.0/24", "a (_spf.example.org, include:_spf.example.org)": the
 * term, whose it is if it is not the identity's own, and the first include:
 * that led there.
 */
static void
describe(const struct lookup *l, struct token at, char *out, size_t size)
{
	const struct lookup_record *r = &l->record[at.record];
	struct token from = at, top = at;
	struct term t;
	bool included = false;

	if (l->records == 0 || !record_next(r->text, r->len, &at.offset, &t))
		t = (struct term){.text = "no mechanism matched", .len = 20};
	while (from.record > 0) {
		bool include = l->record[from.record].included;

		from = l->record[from.record].from;
		if (include)
			top = from;
		included |= include;
	}
	snprintf(out, size, "%.*s", (int)t.len, t.text);
	if (at.record > 0)
		snprintf(
		    out + strlen(out), size - strlen(out), " (%s)", r->domain);
	if (included &&
	    record_next(l->record[top.record].text, l->record[top.record].len,
		&top.offset, &t))
		snprintf(out + strlen(out), size - strlen(out), " by %.*s",
		    (int)t.len, t.text);
}

static void
printable(char *s)
{
	for (; *s != '\0'; s++) {
		if (*s < ' ' || *s > '~')
			*s = '?';
	}
}
