/* SPDX-License-Identifier: ISC */
/*
 * Paths (RFC 5321 4.1.2, RFC 6531 3.3):
 *
 *	<@relay.example,@b.example:"john doe"@EXAMPLE.com>  ->
 *	"john doe"@example.com
 *
 * A cursor walks the octets once; nothing is repaired.
 */
#include "path.h"

#include <string.h>
#include <strings.h>

#include "domain.h"
#include "ip.h"

struct cursor {
	const char *at, *end;
};

static bool take(struct cursor *, char);
static enum path_error parse_route(struct cursor *);
static enum path_error parse_mailbox(struct cursor *, struct path *);
static bool parse_local(struct cursor *);
static bool parse_quoted(struct cursor *);
static bool parse_atoms(struct cursor *);
static bool parse_utf8(struct cursor *);
static enum path_error parse_domain(struct cursor *, struct path *);
static size_t domain_span(const struct cursor *);
static bool is_atext(unsigned char);
static bool has_high(const char *, size_t);

enum path_error
path_parse(const char *s, size_t n, struct path *out, size_t *used)
{
	struct cursor c = {s, s + n};
	enum path_error e;

	memset(out, 0, sizeof *out);
	*used = 0;
	if (!take(&c, '<'))
		return PATH_SYNTAX;
	if (!take(&c, '>')) {
		if ((e = parse_route(&c)) != PATH_OK ||
		    (e = parse_mailbox(&c, out)) != PATH_OK)
			return e;
		if (!take(&c, '>'))
			return PATH_SYNTAX;
	}
	*used = (size_t)(c.at - s);
	return PATH_OK;
}

enum path_error
path_parse_mailbox(const char *s, size_t n, struct path *out)
{
	struct cursor c = {s, s + n};
	enum path_error e;

	memset(out, 0, sizeof *out);
	if ((e = parse_mailbox(&c, out)) != PATH_OK)
		return e;
	return c.at == c.end ? PATH_OK : PATH_SYNTAX;
}

const char *
path_domain(const struct path *p)
{
	return p->mailbox[p->local_len] == '@' ? p->mailbox + p->local_len + 1
					       : "";
}

bool
path_is_null(const struct path *p)
{
	return p->mailbox[0] == '\0';
}

bool
path_is_postmaster(const struct path *p)
{
	return strcmp(p->mailbox, "postmaster") == 0;
}

static bool
take(struct cursor *c, char octet)
{
	if (c->at == c->end || *c->at != octet)
		return false;
	c->at++;
	return true;
}

/* A-d-l ":" — checked and dropped (RFC 5321 4.1.2, appendix C). */
static enum path_error
parse_route(struct cursor *c)
{
	char domain[DOMAIN_LEN + 1];
	size_t n;

	if (c->at == c->end || *c->at != '@')
		return PATH_OK;
	do {
		if (!take(c, '@'))
			return PATH_SYNTAX;
		n = domain_span(c);
		if (!domain_normal(c->at, n, domain))
			return PATH_DOMAIN;
		c->at += n;
	} while (take(c, ','));
	return take(c, ':') ? PATH_OK : PATH_SYNTAX;
}

static enum path_error
parse_mailbox(struct cursor *c, struct path *out)
{
	const char *local = c->at;
	size_t n;

	if (!parse_local(c))
		return PATH_SYNTAX;
	n = (size_t)(c->at - local);
	if (n == 10 && strncasecmp(local, "postmaster", 10) == 0 &&
	    (c->at == c->end || *c->at == '>')) {
		strlcpy(out->mailbox, "postmaster", sizeof out->mailbox);
		out->local_len = n;
		return PATH_OK;
	}
	if (!take(c, '@'))
		return PATH_SYNTAX;
	if (n > MAILBOX_LEN - 2)
		return PATH_TOO_LONG;
	memcpy(out->mailbox, local, n);
	out->mailbox[n] = '@';
	out->local_len = n;
	out->utf8 = has_high(local, n);
	return parse_domain(c, out);
}

static bool
parse_local(struct cursor *c)
{
	return take(c, '"') ? parse_quoted(c) : parse_atoms(c);
}

/* After the opening quote: qtextSMTP and quoted-pairSMTP up to the closing. */
static bool
parse_quoted(struct cursor *c)
{
	while (c->at < c->end) {
		unsigned char octet = (unsigned char)*c->at;

		if (take(c, '"'))
			return true;
		if (octet >= 0x80) {
			if (!parse_utf8(c))
				return false;
			continue;
		}
		if (take(c, '\\')) {
			if (c->at == c->end)
				return false;
			octet = (unsigned char)*c->at;
		}
		if (octet < 0x20 || octet > 0x7e)
			return false;
		c->at++;
	}
	return false;
}

static bool
parse_atoms(struct cursor *c)
{
	do {
		const char *atom = c->at;

		while (c->at < c->end) {
			unsigned char octet = (unsigned char)*c->at;

			if (octet >= 0x80) {
				if (!parse_utf8(c))
					return false;
			} else if (is_atext(octet)) {
				c->at++;
			} else {
				break;
			}
		}
		if (c->at == atom)
			return false;
	} while (take(c, '.'));
	return true;
}

/* One character of UTF-8 (RFC 3629 4): no overlong forms, no surrogates. */
static bool
parse_utf8(struct cursor *c)
{
	const unsigned char *s = (const void *)c->at;
	size_t left = (size_t)(c->end - c->at), n;
	unsigned char low = 0x80, high = 0xbf;

	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		n = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		n = 4;
	else
		return false;
	if (left < n)
		return false;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return false;
	for (size_t i = 2; i < n; i++) {
		if (s[i] < 0x80 || s[i] > 0xbf)
			return false;
	}
	c->at += n;
	return true;
}

static enum path_error
parse_domain(struct cursor *c, struct path *out)
{
	char domain[DOMAIN_LEN + 1];
	size_t n = domain_span(c), at = out->local_len + 1;
	struct ip ip;

	if (n > 0 && *c->at == '[') {
		if (!ip_parse_literal(&ip, c->at, n))
			return PATH_DOMAIN;
		ip_format_literal(&ip, domain);
		out->literal = true;
	} else if (!domain_normal(c->at, n, domain)) {
		return PATH_DOMAIN;
	}
	out->utf8 |= has_high(c->at, n);
	c->at += n;
	if (at + strlen(domain) > MAILBOX_LEN)
		return PATH_TOO_LONG;
	strlcpy(out->mailbox + at, domain, sizeof out->mailbox - at);
	return PATH_OK;
}

/* Octets up to what can not be part of a domain or a literal. */
static size_t
domain_span(const struct cursor *c)
{
	size_t n = 0, left = (size_t)(c->end - c->at);

	if (left > 0 && *c->at == '[') {
		const char *close = memchr(c->at, ']', left);

		return close == NULL ? left : (size_t)(close - c->at) + 1;
	}
	while (n < left && strchr("<>@,: ", c->at[n]) == NULL)
		n++;
	return n;
}

static bool
is_atext(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') ||
	    (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool
has_high(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)s[i] >= 0x80)
			return true;
	}
	return false;
}
