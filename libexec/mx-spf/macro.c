/* SPDX-License-Identifier: ISC */
/*
 * Macros (RFC 7208 7).
 *
 *	%{l1r-}.%{i}._spf.%{d2}	-> jo.192.0.2.1._spf.example.org
 */
#include "macro.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum {
	KEEP = 512,  /* octets at the end, of which DOMAIN_LEN count */
	ROOM = 2048, /* of what is expanded so far */
	VALUE = MAILBOX_LEN + DOMAIN_LEN + 2,
	DIGITS_MAX = 128 /* more labels than any name has */
};

struct macro {	       /* "%{" … "}", "%%", "%_", "%-" */
	char letter;   /* lower case; or '%', '_', '-' */
	bool escape;   /* the letter was upper case */
	bool reverse;  /* "r" */
	unsigned keep; /* parts from the right; 0: all */
	const char *delimiters;
	size_t delimiters_len; /* 0: "." */
	size_t len;	       /* of the whole macro */
};

struct text {
	char s[ROOM];
	size_t n;
};

static bool parse(const char *, size_t, struct macro *);
static bool parse_braces(const char *, size_t, struct macro *);
static bool is_one_of(char, const char *, size_t);
static bool has_end(const char *, size_t);
static bool is_toplabel(const char *, size_t);
static bool value_of(const struct macro_values *, char, char[VALUE]);
static void address_text(const struct ip *, char[VALUE]);
static void add_macro(struct text *, const struct macro *, const char *);
static void add_part(struct text *, const struct macro *, const char *, size_t);
static void add(struct text *, const char *, size_t);
static bool finish(struct text *, char[DOMAIN_LEN + 1]);
static bool is_name(const char *, size_t);
static bool is_alnum(char);

bool
macro_check(const char *s, size_t n, bool explains)
{
	struct macro m;

	for (size_t i = 0; i < n; i++) {
		if (s[i] != '%')
			continue;
		if (!parse(s + i, n - i, &m) ||
		    (!explains && is_one_of(m.letter, "crt", 3)))
			return false;
		i += m.len - 1;
	}
	return true;
}

const char *
macro_check_domain(const char *s, size_t n)
{
	size_t tail = 0; /* begins behind the last macro */
	struct macro m;

	if (n == 0)
		return "it lacks a value";
	if (!macro_check(s, n, false))
		return "malformed macro";
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '%' && parse(s + i, n - i, &m)) {
			i += m.len - 1;
			tail = i + 1;
		}
	}
	if ((tail == n && tail > 0) || has_end(s + tail, n - tail))
		return NULL;
	return "no domain name";
}

bool
macro_wants_name(const char *s, size_t n)
{
	struct macro m;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '%' && parse(s + i, n - i, &m)) {
			if (m.letter == 'p')
				return true;
			i += m.len - 1;
		}
	}
	return false;
}

bool
macro_expand(const struct macro_values *v, const char *s, size_t n,
    char out[DOMAIN_LEN + 1])
{
	struct text t = {.n = 0};
	char value[VALUE];
	struct macro m;

	for (size_t i = 0; i < n; i++) {
		if (s[i] != '%') {
			add(&t, s + i, 1);
			continue;
		}
		if (!parse(s + i, n - i, &m) || !value_of(v, m.letter, value))
			return false;
		add_macro(&t, &m, value);
		i += m.len - 1;
	}
	return finish(&t, out);
}

/* S begins with "%". */
static bool
parse(const char *s, size_t n, struct macro *m)
{
	*m = (struct macro){.len = 2};
	if (n < 2)
		return false;
	m->letter = s[1];
	if (is_one_of(s[1], "%_-", 3))
		return true;
	return s[1] == '{' && parse_braces(s, n, m);
}

/* "%{d2r.-}" */
static bool
parse_braces(const char *s, size_t n, struct macro *m)
{
	bool digits = false;
	size_t i = 2;

	if (n <= i)
		return false;
	m->letter = s[i];
	if (s[i] >= 'A' && s[i] <= 'Z') {
		m->escape = true;
		m->letter = (char)(s[i] + 32);
	}
	if (!is_one_of(m->letter, "slodiphvcrt", 11))
		return false;
	for (i++; i < n && s[i] >= '0' && s[i] <= '9'; i++) {
		digits = true;
		m->keep = m->keep * 10 + (unsigned)(s[i] - '0');
		if (m->keep > DIGITS_MAX)
			m->keep = DIGITS_MAX;
	}
	if (i < n && (s[i] == 'r' || s[i] == 'R')) {
		m->reverse = true;
		i++;
	}
	m->delimiters = s + i;
	while (i < n && is_one_of(s[i], ".-+,/_=", 7))
		i++;
	m->delimiters_len = (size_t)(s + i - m->delimiters);
	m->len = i + 1;
	return i < n && s[i] == '}' && (!digits || m->keep > 0);
}

static bool
is_one_of(char c, const char *set, size_t n)
{
	return memchr(set, c, n) != NULL;
}

/* The literal at the end of a domain-spec ends with "." toplabel [ "." ]. */
static bool
has_end(const char *s, size_t n)
{
	const char *dot;

	if (n > 0 && s[n - 1] == '.')
		n--;
	dot = memrchr(s, '.', n);
	return dot != NULL && is_toplabel(dot + 1, (size_t)(s + n - dot - 1));
}

/* Letters, digits and inner hyphens; not digits alone. */
static bool
is_toplabel(const char *s, size_t n)
{
	bool digits = true;

	if (n == 0 || s[0] == '-' || s[n - 1] == '-')
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_alnum(s[i]) && s[i] != '-')
			return false;
		digits &= s[i] >= '0' && s[i] <= '9';
	}
	return !digits;
}

static bool
value_of(const struct macro_values *v, char letter, char out[VALUE])
{
	const char *s = "";

	*out = '\0';
	switch (letter) {
	case 's':
	case 'l':
		for (const char *p = v->local; *p != '\0'; p++) {
			if ((unsigned char)*p > 127)
				return false;
		}
		snprintf(out, VALUE, "%s%s%s", v->local,
		    letter == 's' ? "@" : "",
		    letter == 's' ? v->sender_domain : "");
		return true;
	case 'o':
		s = v->sender_domain;
		break;
	case 'd':
		s = v->domain;
		break;
	case 'h':
		s = v->helo;
		break;
	case 'p':
		s = v->validated;
		break;
	case 'v':
		s = v->client->family == AF_INET6 ? "ip6" : "in-addr";
		break;
	case 'i':
		address_text(v->client, out);
		return true;
	case '%':
		s = "%";
		break;
	case '_':
		s = " ";
		break;
	case '-':
		s = "%20";
		break;
	}
	snprintf(out, VALUE, "%s", s);
	return true;
}

/* "192.0.2.1"; of IPv6 the 32 nibbles with dots between them */
static void
address_text(const struct ip *ip, char out[VALUE])
{
	size_t at = 0;

	if (ip->family == AF_INET) {
		ip_format(ip, out);
		return;
	}
	for (size_t i = 0; i < 16; i++, at += 4)
		snprintf(out + at, VALUE - at, "%x.%x.",
		    (unsigned)ip->octets[i] >> 4, ip->octets[i] & 15U);
	out[at - 1] = '\0';
}

/* Splits VALUE into parts, turns them round, takes so many from the right. */
static void
add_macro(struct text *t, const struct macro *m, const char *value)
{
	const char *delimiters = m->delimiters_len > 0 ? m->delimiters : ".";
	size_t delimiters_len = m->delimiters_len > 0 ? m->delimiters_len : 1;
	size_t n = 1, from, len = strlen(value), start = 0, part[VALUE + 1];

	part[0] = 0;
	if (is_one_of(m->letter, "%_-", 3)) {
		add(t, value, len);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		if (is_one_of(value[i], delimiters, delimiters_len))
			part[n++] = i + 1;
	}
	part[n] = len + 1; /* part i is [part[i], part[i + 1] - 1) */
	from = m->keep > 0 && m->keep < n ? n - m->keep : 0;
	for (size_t i = from; i < n; i++) {
		size_t at = m->reverse ? n - 1 - i : i;

		start = part[at];
		if (i > from)
			add(t, ".", 1);
		add_part(t, m, value + start, part[at + 1] - 1 - start);
	}
}

/* With what is not unreserved in a URI escaped, if so asked (RFC 3986 2.3). */
static void
add_part(struct text *t, const struct macro *m, const char *s, size_t n)
{
	char escaped[4];

	for (size_t i = 0; i < n; i++) {
		if (!m->escape || is_alnum(s[i]) ||
		    is_one_of(s[i], "-._~", 4)) {
			add(t, s + i, 1);
			continue;
		}
		snprintf(escaped, sizeof escaped, "%%%02X",
		    (unsigned)(unsigned char)s[i]);
		add(t, escaped, 3);
	}
}

/* What no name can have in it any more is dropped from the left. */
static void
add(struct text *t, const char *s, size_t n)
{
	if (t->n + n > sizeof t->s) {
		memmove(t->s, t->s + t->n - KEEP, KEEP);
		t->n = KEEP;
	}
	memcpy(t->s + t->n, s, n);
	t->n += n;
}

/* RFC 7208 7.3: labels are dropped from the left until it fits. */
static bool
finish(struct text *t, char out[DOMAIN_LEN + 1])
{
	const char *s = t->s, *dot;
	size_t n = t->n;

	*out = '\0';
	if (n > 0 && s[n - 1] == '.')
		n--;
	while (n > DOMAIN_LEN) {
		if ((dot = memchr(s, '.', n)) == NULL)
			return false;
		n -= (size_t)(dot + 1 - s);
		s = dot + 1;
	}
	if (!is_name(s, n))
		return false;
	memcpy(out, s, n);
	out[n] = '\0';
	return true;
}

/* What can be asked for: no label empty, none over 63 octets. */
static bool
is_name(const char *s, size_t n)
{
	size_t label = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\0' || (s[i] == '.' && label == 0))
			return false;
		label = s[i] == '.' ? 0 : label + 1;
		if (label > LABEL_LEN)
			return false;
	}
	return label > 0;
}

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}
