/* SPDX-License-Identifier: ISC */
#include "canon.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

static void add(struct canon *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
static void add_term(
    struct canon *, const struct canon_input *, const struct term *);
static bool matches(const struct term *, const struct ip *);
static const char *token_of(
    const struct canon_input *, size_t, char[TOKEN_LEN]);
static bool take_number(const char **, size_t *, char);

void
token_format(const struct token *t, char out[TOKEN_LEN])
{
	snprintf(
	    out, TOKEN_LEN, "t%u-%zu-%u.spf", t->record, t->offset, t->host);
}

bool
token_parse(struct token *t, const char *s)
{
	size_t record, host;

	if (*s++ != 't' || !take_number(&s, &record, '-') ||
	    !take_number(&s, &t->offset, '-') || !take_number(&s, &host, '.'))
		return false;
	t->record = (unsigned)record;
	t->host = (unsigned)host;
	return strcmp(s, "spf") == 0;
}

void
canon_write(struct canon *c, const struct canon_input *in)
{
	size_t at = 0, redirect = 0;
	unsigned asking = 0;
	char token[TOKEN_LEN];
	struct term t;

	c->len = 0;
	add(c, "v=spf1");
	c->terms = 0;
	while (record_next(in->record, in->len, &at, &t)) {
		if (t.kind == TERM_REDIRECT) {
			redirect = at - t.len;
			continue;
		}
		if (term_asks(&t) || matches(&t, in->client))
			add_term(c, in, &t);
		/* none behind it is reached */
		if (matches(&t, in->client) ||
		    (term_asks(&t) && ++asking > SPF_TERMS))
			return;
	}
	add(c, " exists:%s", token_of(in, in->len, token));
	if (redirect > 0)
		add(c, " redirect=%s", token_of(in, redirect, token));
}

static void
add(struct canon *c, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(c->text + c->len, sizeof c->text - c->len, fmt, ap);
	va_end(ap);
	assert(n >= 0 && (size_t)n < sizeof c->text - c->len);
	c->len += (size_t)n;
	c->terms++;
}

static void
add_term(struct canon *c, const struct canon_input *in, const struct term *t)
{
	bool six = in->client->family == AF_INET6;
	unsigned bits = six ? t->bits6 : t->bits4;
	char token[TOKEN_LEN], client[IP_TEXT];

	token_of(in, (size_t)(t->text - in->record), token);
	switch (t->kind) {
	case TERM_A:
	case TERM_MX:
		/* of a "/0" the addresses found will be the client's */
		if (bits == 0)
			bits = six ? 128 : 32;
		add(c, " %c%s:%s%s%u", t->qualifier,
		    t->kind == TERM_A ? "a" : "mx", token, six ? "//" : "/",
		    bits);
		break;
	case TERM_INCLUDE:
		add(c, " %cinclude:%s", t->qualifier, token);
		break;
	case TERM_ALL:
		add(c, " exists:%s", token);
		add(c, " %call", t->qualifier);
		break;
	case TERM_IP4:
	case TERM_IP6:
		ip_format(in->client, client);
		add(c, " exists:%s", token);
		add(c, " %c%s:%s", t->qualifier, six ? "ip6" : "ip4", client);
		break;
	default: /* exists, ptr */
		add(c, " %cexists:%s", t->qualifier, token);
		break;
	}
}

/* Without a question. */
static bool
matches(const struct term *t, const struct ip *client)
{
	bool six = t->kind == TERM_IP6;
	struct ip net = t->ip, ip = *client;

	if (t->kind == TERM_ALL)
		return true;
	if ((t->kind != TERM_IP4 && !six) ||
	    client->family != (six ? AF_INET6 : AF_INET))
		return false;
	ip_mask(&net, six ? t->bits6 : t->bits4);
	ip_mask(&ip, six ? t->bits6 : t->bits4);
	return ip_equal(&net, &ip);
}

static const char *
token_of(const struct canon_input *in, size_t offset, char out[TOKEN_LEN])
{
	const struct token t = {.record = in->number, .offset = offset};

	token_format(&t, out);
	return out;
}

/* The digits at *S and the octet END behind them. */
static bool
take_number(const char **s, size_t *out, char end)
{
	const char *first = *s;

	*out = 0;
	while (**s >= '0' && **s <= '9' && *s - first < 8)
		*out = *out * 10 + (size_t)(*(*s)++ - '0');
	return *s > first && *(*s)++ == end;
}
