/* SPDX-License-Identifier: ISC */
/*
 *	tlsrpt-record = "v=TLSRPTv1" 1*(delim field) [delim]
 *	field = "rua=" uri *("," uri)  or  ext-name "=" ext-value
 *	delim = *WSP ";" *WSP
 *
 * In a URI commas, semicolons and exclamation marks are percent-encoded.
 */
#include "tlsrpt.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "path.h"

enum { NAME_LEN = 32 };

static const char version[] = "v=TLSRPTv1";

struct text { /* what is left of it */
	const char *s;
	size_t n;
};

static bool take_delimiter(struct text *);
static void skip_blanks(struct text *);
static bool take_field(struct text *, struct tlsrpt *);
static bool is_name(const char *, size_t);
static bool is_value(const char *, size_t);
static bool add_uris(struct tlsrpt *, struct text);
static bool add_uri(struct tlsrpt *, const char *, size_t);
static bool is_uri(const char *, size_t);
static bool add_mailto(struct tlsrpt *, const char *, size_t);
static int octet_at(const char *, size_t left);
static int hex(char);

bool
tlsrpt_is_meant(const char *s, size_t n)
{
	struct text t = {s, n};

	if (n < sizeof version - 1 ||
	    memcmp(s, version, sizeof version - 1) != 0)
		return false;
	t.s += sizeof version - 1;
	t.n -= sizeof version - 1;
	return take_delimiter(&t);
}

bool
tlsrpt_parse(const char *s, size_t n, struct tlsrpt *out)
{
	struct text t;

	memset(out, 0, sizeof *out);
	if (!tlsrpt_is_meant(s, n))
		return false;
	t = (struct text){s + sizeof version - 1, n - (sizeof version - 1)};
	while (take_delimiter(&t) && t.n > 0) {
		if (!take_field(&t, out))
			return false;
	}
	return t.n == 0 && out->n + out->others > 0;
}

static bool
take_delimiter(struct text *t)
{
	skip_blanks(t);
	if (t->n == 0 || *t->s != ';')
		return false;
	t->s++;
	t->n--;
	skip_blanks(t);
	return true;
}

static void
skip_blanks(struct text *t)
{
	while (t->n > 0 && (*t->s == ' ' || *t->s == '\t')) {
		t->s++;
		t->n--;
	}
}

/* Up to its delimiter; "rua" may be there once. */
static bool
take_field(struct text *t, struct tlsrpt *out)
{
	const char *end = memchr(t->s, ';', t->n), *equals;
	size_t n = end == NULL ? t->n : (size_t)(end - t->s), name;
	struct text value;

	if ((equals = memchr(t->s, '=', n)) == NULL)
		return false;
	name = (size_t)(equals - t->s);
	value = (struct text){equals + 1, n - name - 1};
	while (value.n > 0 && strchr(" \t", value.s[value.n - 1]) != NULL)
		value.n--;
	if (!is_name(t->s, name) || value.n == 0)
		return false;
	if (name != 3 || memcmp(t->s, "rua", 3) != 0) {
		if (!is_value(value.s, value.n))
			return false;
	} else if (out->n + out->others > 0 || !add_uris(out, value)) {
		return false;
	}
	t->s += n;
	t->n -= n;
	return true;
}

static bool
is_name(const char *s, size_t n)
{
	if (n == 0 || n > NAME_LEN || !isalnum((unsigned char)*s))
		return false;
	for (size_t i = 1; i < n; i++) {
		if (!isalnum((unsigned char)s[i]) &&
		    memchr("_-.", s[i], 3) == NULL)
			return false;
	}
	return true;
}

/* Printable ASCII without blanks, "=" and ";". */
static bool
is_value(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] <= 0x20 || s[i] >= 0x7f || s[i] == '=')
			return false;
	}
	return true;
}

static bool
add_uris(struct tlsrpt *out, struct text t)
{
	for (;;) {
		const char *comma = memchr(t.s, ',', t.n);
		size_t n = comma == NULL ? t.n : (size_t)(comma - t.s), len = n;

		while (len > 0 && memchr(" \t", t.s[len - 1], 2) != NULL)
			len--;
		if (!add_uri(out, t.s, len))
			return false;
		if (comma == NULL)
			return true;
		t.s += n + 1;
		t.n -= n + 1;
		skip_blanks(&t);
	}
}

static bool
add_uri(struct tlsrpt *out, const char *s, size_t n)
{
	static const char mailto[] = "mailto:";

	if (!is_uri(s, n))
		return false;
	if (n < sizeof mailto - 1 ||
	    strncasecmp(s, mailto, sizeof mailto - 1) != 0 ||
	    !add_mailto(out, s + sizeof mailto - 1, n - (sizeof mailto - 1)))
		out->others++;
	return true;
}

/* scheme ":" and octets that a URI may have (RFC 3986 2, 3.1). */
static bool
is_uri(const char *s, size_t n)
{
	static const char may[] = "-._~:/?#[]@$&'()*+=%";
	const char *colon = memchr(s, ':', n);

	if (colon == NULL || colon == s || !isalpha((unsigned char)*s))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!isalnum((unsigned char)s[i]) &&
		    memchr(may, s[i], sizeof may - 1) == NULL)
			return false;
		if (s[i] == '%' && octet_at(s + i, n - i) < 0)
			return false;
	}
	return true;
}

/* One address (RFC 6068 2); what it wants as Subject is not for us. */
static bool
add_mailto(struct tlsrpt *out, const char *s, size_t n)
{
	const char *query = memchr(s, '?', n);
	char mailbox[MAILBOX_LEN + 1];
	struct path path;
	size_t used = 0;

	if (query != NULL)
		n = (size_t)(query - s);
	for (size_t i = 0; i < n; i++) {
		int octet = octet_at(s + i, n - i);

		if (octet <= 0 || used == MAILBOX_LEN)
			return false;
		i += s[i] == '%' ? 2 : 0;
		mailbox[used++] = (char)octet;
	}
	if (path_parse_mailbox(mailbox, used, &path) != PATH_OK ||
	    path_is_postmaster(&path) || path.literal || path.utf8)
		return false;
	if (out->n < TLSRPT_MOST)
		strlcpy(
		    out->mailto[out->n++], path.mailbox, sizeof out->mailto[0]);
	return true;
}

/* -1: a percent sign without its two digits. */
static int
octet_at(const char *s, size_t left)
{
	int high, low;

	if (*s != '%')
		return (unsigned char)*s;
	if (left < 3 || (high = hex(s[1])) < 0 || (low = hex(s[2])) < 0)
		return -1;
	return high << 4 | low;
}

static int
hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = memchr(digits, tolower((unsigned char)c), 16);

	return at == NULL ? -1 : (int)(at - digits);
}
