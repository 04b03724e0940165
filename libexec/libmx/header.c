/* SPDX-License-Identifier: ISC */
#include "header.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LINE_MOST = 998, SHOWN = 40 };

enum kind {
	ONCE = 1,
	ADDRESSES = 2,
	NEEDED = 4, /* an address at least */
};

enum field { FROM, DATE, SENDER, FIELDS = 18 };

static const struct known {
	const char *name;
	unsigned kind;
} known[FIELDS] = {
    [FROM] = {"From", ONCE | ADDRESSES | NEEDED},
    [DATE] = {"Date", ONCE},
    [SENDER] = {"Sender", ONCE | ADDRESSES | NEEDED},
    {"Reply-To", ONCE | ADDRESSES},
    {"To", ONCE | ADDRESSES},
    {"Cc", ONCE | ADDRESSES},
    {"Bcc", ONCE | ADDRESSES},
    {"Message-ID", ONCE},
    {"In-Reply-To", ONCE},
    {"References", ONCE},
    {"Subject", ONCE},
    {"Resent-From", ADDRESSES | NEEDED},
    {"Resent-Sender", ADDRESSES | NEEDED},
    {"Resent-To", ADDRESSES},
    {"Resent-Cc", ADDRESSES},
    {"Resent-Bcc", ADDRESSES},
    {"Resent-Reply-To", ADDRESSES},
    {"MIME-Version", ONCE},
};

struct check {
	bool utf8;
	unsigned seen[FIELDS];
	unsigned authors; /* addresses in From */
	char *why;
};

static bool check_field(struct check *, const char *, size_t);
static bool check_lines(struct check *, const char *, size_t);
static bool check_octets(struct check *, const char *, size_t);
static bool check_known(struct check *, unsigned, const char *, size_t);
static bool check_whole(struct check *);
static size_t field_length(const char *, size_t);
static size_t name_length(const char *, size_t);
static size_t utf8_length(const unsigned char *, size_t);
static bool say(struct check *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void shown(const char *, size_t, char out[SHOWN + 1]);

bool
header_check(const char *text, size_t n, bool utf8, char why[HEADER_WHY])
{
	struct check c = {.utf8 = utf8, .why = why};

	if (n > 0 && (*text == ' ' || *text == '\t'))
		return say(&c, "The header section begins with a blank");
	while (n > 0 && *text != '\r') {
		size_t len = field_length(text, n);

		if (!check_field(&c, text, len))
			return false;
		text += len;
		n -= len;
	}
	return check_whole(&c);
}

/* Name, colon, text, with the lines that go on with it. */
static bool
check_field(struct check *c, const char *s, size_t n)
{
	size_t name = name_length(s, n), colon = name;
	char what[SHOWN + 1];

	shown(s, name > 0 ? name : n, what);
	while (colon < n && (s[colon] == ' ' || s[colon] == '\t'))
		colon++; /* obs-optional: 4.5.8 */
	if (colon == n || s[colon] != ':')
		return say(c, "A line of the header is no field: %s", what);
	if (name == 0)
		return say(c, "A header field has no name: %s", what);
	if (!check_lines(c, s, n) || !check_octets(c, s, n))
		return false;
	for (unsigned i = 0; i < FIELDS; i++) {
		if (strlen(known[i].name) == name &&
		    strncasecmp(known[i].name, s, name) == 0)
			return check_known(c, i, s + colon + 1, n - colon - 1);
	}
	return true;
}

static bool
check_lines(struct check *c, const char *s, size_t n)
{
	char what[SHOWN + 1];

	shown(s, name_length(s, n), what);
	while (n > 0) {
		const char *end = memchr(s, '\n', n);
		size_t len = end == NULL ? n : (size_t)(end - s) + 1;

		if (len > LINE_MOST + 2)
			return say(c,
			    "A header line is longer than %d octets: %s",
			    LINE_MOST, what);
		s += len;
		n -= len;
	}
	return true;
}

static bool
check_octets(struct check *c, const char *s, size_t n)
{
	char what[SHOWN + 1];

	for (size_t i = 0, len; i < n; i += len) {
		len = utf8_length((const unsigned char *)s + i, n - i);
		if (len == 1 || (c->utf8 && len > 1))
			continue;
		shown(s, name_length(s, n), what);
		if (!c->utf8)
			return say(c,
			    "%s: octets over 127 need SMTPUTF8, or RFC 2047's "
			    "encoding",
			    what);
		return say(c, "%s: not UTF-8", what);
	}
	return true;
}

static bool
check_known(struct check *c, unsigned i, const char *s, size_t n)
{
	static const char *const troubles[] = {
	    [ADDRESSES_COMMENT] = "a comment or quoted string has no end",
	    [ADDRESSES_ANGLE] = "<address> is empty or has no end",
	    [ADDRESSES_GROUP] = "a group of addresses has no end",
	    [ADDRESSES_ADDRESS] = "not a list of addresses",
	};
	const struct known *k = &known[i];
	enum address_trouble trouble;
	unsigned count, items;

	if (c->seen[i]++ > 0 && (k->kind & ONCE))
		return say(c, "%s is there more than once", k->name);
	if (!(k->kind & ADDRESSES))
		return true;
	trouble = header_addresses(s, n, &count, &items);
	if (trouble != ADDRESSES_FINE)
		return say(c, "%s: %s", k->name, troubles[trouble]);
	if ((k->kind & NEEDED) && items == 0)
		return say(c, "%s has no address", k->name);
	if (i == FROM)
		c->authors = count;
	return true;
}

static bool
check_whole(struct check *c)
{
	if (c->seen[FROM] == 0)
		return say(c, "There is no From field");
	if (c->seen[DATE] == 0)
		return say(c, "There is no Date field");
	if (c->authors > 1 && c->seen[SENDER] == 0)
		return say(c,
		    "From has several addresses, and there is no "
		    "Sender field");
	return true;
}

/* To the end of the line behind which no other goes on with it. */
static size_t
field_length(const char *s, size_t n)
{
	size_t len = 0;

	do {
		const char *end = memchr(s + len, '\n', n - len);

		len = end == NULL ? n : (size_t)(end - s) + 1;
	} while (len < n && (s[len] == ' ' || s[len] == '\t'));
	return len;
}

static size_t
name_length(const char *s, size_t n)
{
	size_t len = 0;

	while (len < n && s[len] > ' ' && s[len] != 127 && s[len] != ':')
		len++;
	return len;
}

/* Octets of the character there, 0 if it is none (RFC 3629 4). */
static size_t
utf8_length(const unsigned char *s, size_t n)
{
	size_t len = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	uint32_t code;

	if (len == 1)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4 || len > n)
		return 0;
	code = s[0] & (0xffU >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if ((len == 3 && code < 0x800) || (len == 4 && code < 0x10000) ||
	    (code >= 0xd800 && code < 0xe000) || code > 0x10ffff)
		return 0;
	return len;
}

static bool
say(struct check *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->why, HEADER_WHY, fmt, ap);
	va_end(ap);
	return false;
}

static void
shown(const char *s, size_t n, char out[SHOWN + 1])
{
	size_t len = 0;

	while (len < n && len < SHOWN && s[len] != '\r' && s[len] != '\n') {
		out[len] = s[len];
		if (out[len] < ' ' || out[len] > '~')
			out[len] = '?';
		len++;
	}
	out[len] = '\0';
}
