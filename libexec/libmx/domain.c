/* SPDX-License-Identifier: ISC */
/* Domain names in one form: lower-case A-labels (RFC 1035 2.3.1, RFC 5890). */
#include "domain.h"

#include <idn2.h>
#include <stdlib.h>
#include <string.h>

enum { DOMAIN_INPUT = 1000 }; /* octets of UTF-8 that are worth a look */

static bool normal_ascii(const char *, size_t, char *);
static bool normal_idn(const char *, size_t, char *);
static bool is_letter_digit(unsigned char);

bool
domain_normal(const char *s, size_t n, char out[DOMAIN_LEN + 1])
{
	*out = '\0';
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)s[i] >= 0x80)
			return normal_idn(s, n, out);
	}
	return normal_ascii(s, n, out);
}

bool
domain_is_qualified(const char *s)
{
	const char *last = strrchr(s, '.');

	return last != NULL && last[1 + strspn(last + 1, "0123456789")] != '\0';
}

bool
domain_is_below(const char *sub, const char *parent)
{
	size_t n = strlen(sub), m = strlen(parent);

	return m > 0 && n > m + 1 && sub[n - m - 1] == '.' &&
	    memcmp(sub + n - m, parent, m) == 0;
}

static bool
normal_ascii(const char *s, size_t n, char *out)
{
	size_t label = 0;

	if (n > 0 && s[n - 1] == '.')
		n--; /* the root's dot */
	if (n == 0 || n > DOMAIN_LEN)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '.') {
			if (label == 0 || s[i - 1] == '-')
				return false;
			label = 0;
		} else if ((!is_letter_digit(c) && (c != '-' || label == 0)) ||
		    ++label > LABEL_LEN) {
			return false;
		}
		out[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	out[n] = '\0';
	if (label > 0 && out[n - 1] != '-')
		return true;
	*out = '\0';
	return false;
}

static bool
normal_idn(const char *s, size_t n, char *out)
{
	char input[DOMAIN_INPUT + 1], *ascii = NULL;
	bool good;

	if (n > DOMAIN_INPUT || memchr(s, '\0', n) != NULL)
		return false;
	memcpy(input, s, n);
	input[n] = '\0';
	good = idn2_to_ascii_8z(input, &ascii,
		   IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK &&
	    normal_ascii(ascii, strlen(ascii), out);
	idn2_free(ascii);
	return good;
}

static bool
is_letter_digit(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}
