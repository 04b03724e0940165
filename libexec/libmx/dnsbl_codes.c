/* SPDX-License-Identifier: ISC */
/* Patterns of addresses: 127.0.0.[2,4-11], blanks between several. */
#include <stddef.h>
#include <string.h>

#include "dnsbl.h"

enum { PARTS = 4 };

static const char *one(const char *, const unsigned char *, bool *);
static const char *part(const char *, unsigned octet, bool *);
static const char *range(const char *, unsigned octet, bool *);
static const char *number(const char *, unsigned *);

bool
dnsbl_codes_valid(const char *codes)
{
	const unsigned char nothing[PARTS] = {0};
	bool ignored;

	codes += strspn(codes, " ");
	if (*codes == '\0')
		return false;
	while (codes != NULL && *codes != '\0') {
		codes = one(codes, nothing, &ignored);
		if (codes != NULL)
			codes += strspn(codes, " ");
	}
	return codes != NULL;
}

bool
dnsbl_codes_match(const char *codes, const unsigned char *address)
{
	bool match = false;

	codes += strspn(codes, " ");
	while (!match && codes != NULL && *codes != '\0') {
		codes = one(codes, address, &match);
		if (codes != NULL)
			codes += strspn(codes, " ");
	}
	return codes != NULL && match;
}

/* Each reads what it is named after and returns what is behind it, NULL when
 * it is none. */
static const char *
one(const char *s, const unsigned char *address, bool *match)
{
	*match = true;
	for (int i = 0; i < PARTS; i++) {
		bool fits = false;

		if (i > 0 && *s++ != '.')
			return NULL;
		if ((s = part(s, address[i], &fits)) == NULL)
			return NULL;
		*match = *match && fits;
	}
	return *s == ' ' || *s == '\0' ? s : NULL;
}

static const char *
part(const char *s, unsigned octet, bool *fits)
{
	if (*s == '*') {
		*fits = true;
		return s + 1;
	}
	if (*s != '[')
		return range(s, octet, fits);
	do {
		s = range(s + 1, octet, fits);
	} while (s != NULL && *s == ',');
	return s != NULL && *s == ']' ? s + 1 : NULL;
}

/* "4" or "4-11". */
static const char *
range(const char *s, unsigned octet, bool *fits)
{
	unsigned from, to;

	if ((s = number(s, &from)) == NULL)
		return NULL;
	to = from;
	if (*s == '-' && (s = number(s + 1, &to)) == NULL)
		return NULL;
	*fits = *fits || (octet >= from && octet <= to);
	return from <= to ? s : NULL;
}

static const char *
number(const char *s, unsigned *out)
{
	size_t n = strspn(s, "0123456789");

	*out = 0;
	if (n == 0 || n > 3)
		return NULL;
	for (size_t i = 0; i < n; i++)
		*out = *out * 10 + (unsigned)(s[i] - '0');
	return *out <= 255 ? s + n : NULL;
}
