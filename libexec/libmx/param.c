/* SPDX-License-Identifier: ISC */
/*
 * ESMTP parameters: one table for MAIL and RCPT, one walk over
 * " KEY=value KEY2".
 */
#include "param.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct target { /* where a parameter goes */
	struct mail_params *mail;
	struct rcpt_params *rcpt;
};

struct param {
	const char *key;
	bool of_rcpt;
	bool (*set)(const struct target *, const char *value, size_t n);
};

static enum param_error parse(
    const char *, size_t, const struct target *, char *);
static enum param_error parse_one(
    const char *, size_t, const struct target *, unsigned *seen);
static bool set_size(const struct target *, const char *, size_t);
static bool set_body(const struct target *, const char *, size_t);
static bool set_smtputf8(const struct target *, const char *, size_t);
static bool set_requiretls(const struct target *, const char *, size_t);
static bool set_ret(const struct target *, const char *, size_t);
static bool set_envid(const struct target *, const char *, size_t);
static bool set_notify(const struct target *, const char *, size_t);
static bool set_orcpt(const struct target *, const char *, size_t);
static unsigned notify_bit(const char *, size_t);
static bool is_word(const char *, size_t, const char *);
static int hex(char);

/* RFC 1870, 6152, 6531, 8689, 3461 */
static const struct param params[] = {
    {"SIZE", false, set_size},
    {"BODY", false, set_body},
    {"SMTPUTF8", false, set_smtputf8},
    {"REQUIRETLS", false, set_requiretls},
    {"RET", false, set_ret},
    {"ENVID", false, set_envid},
    {"NOTIFY", true, set_notify},
    {"ORCPT", true, set_orcpt},
};

static const struct {
	const char *name;
	enum notify bit;
} notifies[] = {{"NEVER", NOTIFY_NEVER}, {"SUCCESS", NOTIFY_SUCCESS},
    {"FAILURE", NOTIFY_FAILURE}, {"DELAY", NOTIFY_DELAY}};

enum { PARAMS = sizeof params / sizeof *params, NOTIFIES = 4 };

enum param_error
param_parse_mail(const char *s, size_t n, struct mail_params *out, char bad[64])
{
	struct target t = {.mail = out};

	memset(out, 0, sizeof *out);
	return parse(s, n, &t, bad);
}

enum param_error
param_parse_rcpt(const char *s, size_t n, struct rcpt_params *out, char bad[64])
{
	struct target t = {.rcpt = out};

	memset(out, 0, sizeof *out);
	return parse(s, n, &t, bad);
}

bool
xtext_decode(const char *s, char *out, size_t size)
{
	size_t n = 0;

	for (; *s != '\0'; s++) {
		int octet = (unsigned char)*s;

		if (octet < 0x21 || octet > 0x7e || octet == '=')
			return false;
		if (octet == '+') {
			int high = hex(s[1]), low = high < 0 ? -1 : hex(s[2]);

			if (low < 0)
				return false;
			octet = high << 4 | low;
			s += 2;
		}
		if (octet < 0x20 || octet == 0x7f || n + 1 >= size)
			return false;
		out[n++] = (char)octet;
	}
	if (size == 0)
		return false;
	out[n] = '\0';
	return true;
}

bool
xtext_encode(const char *s, char *out, size_t size)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t used = 0;

	for (; *s != '\0'; s++) {
		if (*s < 0x20 || *s >= 0x7f || used + 3 >= size)
			return false;
		if (strchr("+= ", *s) == NULL) {
			out[used++] = *s;
			continue;
		}
		out[used++] = '+';
		out[used++] = digits[*s >> 4];
		out[used++] = digits[*s & 15];
	}
	out[used] = '\0';
	return true;
}

const char *
body_name(enum body body)
{
	static const char *const name[] = {NULL, "7BIT", "8BITMIME"};

	return name[body];
}

const char *
ret_name(enum ret ret)
{
	static const char *const name[] = {NULL, "FULL", "HDRS"};

	return name[ret];
}

void
notify_format(unsigned notify, char out[32])
{
	*out = '\0';
	for (int i = 0; i < NOTIFIES; i++) {
		if ((notify & notifies[i].bit) == 0)
			continue;
		if (*out != '\0')
			strlcat(out, ",", 32);
		strlcat(out, notifies[i].name, 32);
	}
}

static enum param_error
parse(const char *s, size_t n, const struct target *t, char *bad)
{
	unsigned seen = 0;

	*bad = '\0';
	if (n > 0 && *s != ' ') {
		strlcpy(bad, "text behind >", 64);
		return PARAM_SYNTAX;
	}
	while (n > 0) {
		const char *blank;
		enum param_error e;
		size_t word;

		if (*s == ' ') {
			s++;
			n--;
			continue;
		}
		blank = memchr(s, ' ', n);
		word = blank == NULL ? n : (size_t)(blank - s);
		e = parse_one(s, word, t, &seen);
		if (e != PARAM_OK) {
			snprintf(
			    bad, 64, "%.*s", (int)(word > 63 ? 63 : word), s);
			for (; *bad != '\0'; bad++) {
				if (*bad < 0x20 || *bad > 0x7e)
					*bad = '?';
			}
			return e;
		}
		s += word;
		n -= word;
	}
	return PARAM_OK;
}

static enum param_error
parse_one(const char *s, size_t n, const struct target *t, unsigned *seen)
{
	const char *equals = memchr(s, '=', n);
	size_t key = equals == NULL ? n : (size_t)(equals - s);

	for (unsigned i = 0; i < PARAMS; i++) {
		const char *value = equals == NULL ? NULL : equals + 1;
		size_t len = equals == NULL ? 0 : n - key - 1;

		if (params[i].of_rcpt != (t->rcpt != NULL) ||
		    !is_word(s, key, params[i].key))
			continue;
		if ((*seen & 1u << i) != 0)
			return PARAM_SYNTAX;
		*seen |= 1u << i;
		return params[i].set(t, value, len) ? PARAM_OK : PARAM_SYNTAX;
	}
	return PARAM_UNKNOWN;
}

static bool
set_size(const struct target *t, const char *value, size_t n)
{
	uint64_t size = 0;

	if (value == NULL || n == 0 || n > 20)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned digit = (unsigned char)value[i] - (unsigned)'0';

		if (digit > 9)
			return false;
		if (size > (UINT64_MAX - digit) / 10)
			size = UINT64_MAX;
		else
			size = size * 10 + digit;
	}
	t->mail->size = size;
	return true;
}

static bool
set_body(const struct target *t, const char *value, size_t n)
{
	if (value == NULL)
		return false;
	if (is_word(value, n, "7BIT"))
		t->mail->body = BODY_7BIT;
	else if (is_word(value, n, "8BITMIME"))
		t->mail->body = BODY_8BITMIME;
	return t->mail->body != BODY_NONE;
}

static bool
set_smtputf8(const struct target *t, const char *value, size_t n)
{
	(void)n;
	t->mail->smtputf8 = true;
	return value == NULL;
}

static bool
set_requiretls(const struct target *t, const char *value, size_t n)
{
	(void)n;
	t->mail->requiretls = true;
	return value == NULL;
}

static bool
set_ret(const struct target *t, const char *value, size_t n)
{
	if (value == NULL)
		return false;
	if (is_word(value, n, "FULL"))
		t->mail->ret = RET_FULL;
	else if (is_word(value, n, "HDRS"))
		t->mail->ret = RET_HDRS;
	return t->mail->ret != RET_NONE;
}

static bool
set_envid(const struct target *t, const char *value, size_t n)
{
	char decoded[ENVID_LEN + 1];

	if (value == NULL || n == 0 || n > ENVID_LEN ||
	    memchr(value, '\0', n) != NULL)
		return false;
	memcpy(t->mail->envid, value, n);
	t->mail->envid[n] = '\0';
	return xtext_decode(t->mail->envid, decoded, sizeof decoded);
}

/* NEVER, or a comma-separated list of the others (RFC 3461 4.1). */
static bool
set_notify(const struct target *t, const char *value, size_t n)
{
	unsigned all = 0;

	if (value == NULL)
		return false;
	while (n > 0) {
		const char *comma = memchr(value, ',', n);
		size_t word = comma == NULL ? n : (size_t)(comma - value);
		unsigned bit = notify_bit(value, word);

		if (bit == 0 || (comma != NULL && word + 1 == n))
			return false;
		all |= bit;
		word += comma != NULL;
		value += word;
		n -= word;
	}
	if (all == 0 || ((all & NOTIFY_NEVER) != 0 && all != NOTIFY_NEVER))
		return false;
	t->rcpt->notify = all;
	return true;
}

/* addr-type ";" xtext (RFC 3461 4.2); utf-8 addresses too (RFC 6533 3). */
static bool
set_orcpt(const struct target *t, const char *value, size_t n)
{
	char decoded[ORCPT_LEN + 1];
	size_t type;

	if (value == NULL || n == 0 || n > ORCPT_LEN ||
	    memchr(value, '\0', n) != NULL)
		return false;
	memcpy(t->rcpt->orcpt, value, n);
	t->rcpt->orcpt[n] = '\0';
	type = strspn(t->rcpt->orcpt,
	    "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
	return type > 0 && t->rcpt->orcpt[type] == ';' &&
	    t->rcpt->orcpt[type + 1] != '\0' &&
	    xtext_decode(t->rcpt->orcpt + type + 1, decoded, sizeof decoded);
}

static unsigned
notify_bit(const char *s, size_t n)
{
	for (int i = 0; i < NOTIFIES; i++) {
		if (is_word(s, n, notifies[i].name))
			return notifies[i].bit;
	}
	return 0;
}

static bool
is_word(const char *s, size_t n, const char *word)
{
	return strlen(word) == n && strncasecmp(s, word, n) == 0;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
