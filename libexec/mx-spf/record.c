/* SPDX-License-Identifier: ISC */
/*
 * SPF records (RFC 7208 12).
 *
 *	v=spf1 a mx:example.org/24//64 ip4:192.0.2.0/24 include:%{d2} -all
 */
#include "record.h"

#include <string.h>
#include <strings.h>

#include "macro.h"

enum { VERSION_LEN = 6 };

enum domain_spec { NONE, MAY, MUST };

struct mechanism {
	const char *name;
	enum term_kind kind;
	enum domain_spec domain;
	bool prefix; /* "/24//64" may follow */
};

static const struct mechanism mechanisms[] = {
    {"all", TERM_ALL, NONE, false},
    {"include", TERM_INCLUDE, MUST, false},
    {"a", TERM_A, MAY, true},
    {"mx", TERM_MX, MAY, true},
    {"ptr", TERM_PTR, MAY, false},
    {"ip4", TERM_IP4, MUST, false},
    {"ip6", TERM_IP6, MUST, false},
    {"exists", TERM_EXISTS, MUST, false},
};

static const char *parse_term(struct term *);
static const char *parse_modifier(struct term *, size_t);
static const char *parse_mechanism(struct term *, const char *, size_t);
static const char *parse_value(
    struct term *, const struct mechanism *, const char *, size_t);
static const char *parse_network(struct term *, const char *, size_t);
static const char *take_prefixes(struct term *, const char *, size_t *);
static bool take_number(const char *, size_t *, unsigned, unsigned *);
static size_t name_len(const char *, size_t);
static bool is_word(const char *, size_t, const char *);
static bool is_letter(char);
static bool is_digit(char);

bool
record_is_spf(const char *s, size_t n)
{
	return n >= VERSION_LEN && strncasecmp(s, "v=spf1", VERSION_LEN) == 0 &&
	    (n == VERSION_LEN || s[VERSION_LEN] == ' ');
}

bool
record_next(const char *s, size_t n, size_t *at, struct term *t)
{
	const char *end;

	if (*at == 0)
		*at = VERSION_LEN;
	while (*at < n && s[*at] == ' ')
		++*at;
	if (*at >= n)
		return false;
	*t = (struct term){.text = s + *at, .bits4 = 32, .bits6 = 128};
	end = memchr(t->text, ' ', n - *at);
	t->len = end == NULL ? n - *at : (size_t)(end - t->text);
	t->wrong = parse_term(t);
	*at += t->len;
	return true;
}

bool
record_check(const char *s, size_t n, struct term *bad)
{
	bool redirect = false, exp = false;
	size_t at = 0;

	while (record_next(s, n, &at, bad)) {
		if (bad->wrong == NULL &&
		    ((bad->kind == TERM_REDIRECT && redirect) ||
			(bad->kind == TERM_EXP && exp)))
			bad->wrong = "it is there twice";
		if (bad->wrong != NULL)
			return false;
		redirect |= bad->kind == TERM_REDIRECT;
		exp |= bad->kind == TERM_EXP;
	}
	return true;
}

bool
term_asks(const struct term *t)
{
	switch (t->kind) {
	case TERM_INCLUDE:
	case TERM_A:
	case TERM_MX:
	case TERM_PTR:
	case TERM_EXISTS:
	case TERM_REDIRECT:
		return true;
	default:
		return false;
	}
}

static const char *
parse_term(struct term *t)
{
	const char *s = t->text;
	size_t n = t->len, name;

	for (size_t i = 0; i < n; i++) {
		if (s[i] < 0x21 || s[i] > 0x7e)
			return "an octet that no record has";
	}
	name = name_len(s, n);
	if (name > 0 && name < n && s[name] == '=')
		return parse_modifier(t, name);
	t->qualifier = '+';
	if (strchr("+-~?", *s) != NULL) {
		t->qualifier = *s++;
		n--;
	}
	return parse_mechanism(t, s, n);
}

/* "redirect=_spf.example.org" */
static const char *
parse_modifier(struct term *t, size_t name)
{
	t->domain = t->text + name + 1;
	t->domain_len = t->len - name - 1;
	t->kind = TERM_MODIFIER;
	if (is_word(t->text, name, "redirect"))
		t->kind = TERM_REDIRECT;
	else if (is_word(t->text, name, "exp"))
		t->kind = TERM_EXP;
	if (t->kind == TERM_MODIFIER)
		return macro_check(t->domain, t->domain_len, true)
		    ? NULL
		    : "malformed macro";
	return macro_check_domain(t->domain, t->domain_len);
}

static const char *
parse_mechanism(struct term *t, const char *s, size_t n)
{
	const struct mechanism *m = mechanisms;
	const struct mechanism *end =
	    m + sizeof mechanisms / sizeof *mechanisms;
	size_t name = 0;

	while (name < n && s[name] != ':' && s[name] != '/')
		name++;
	while (m < end && !is_word(s, name, m->name))
		m++;
	if (m == end)
		return "no such mechanism";
	t->kind = m->kind;
	return parse_value(t, m, s + name, n - name);
}

/* What follows the name: ":domain", "/24//64" */
static const char *
parse_value(struct term *t, const struct mechanism *m, const char *s, size_t n)
{
	const char *wrong;

	if (m->prefix && (wrong = take_prefixes(t, s, &n)) != NULL)
		return wrong;
	if (n == 0)
		return m->domain == MUST ? "it lacks a value" : NULL;
	if (m->domain == NONE || *s != ':')
		return "it takes no such value";
	t->domain = s + 1;
	t->domain_len = n - 1;
	if (m->kind == TERM_IP4 || m->kind == TERM_IP6)
		return parse_network(t, s + 1, n - 1);
	return macro_check_domain(t->domain, t->domain_len);
}

/* "192.0.2.0/24" */
static const char *
parse_network(struct term *t, const char *s, size_t n)
{
	bool six = t->kind == TERM_IP6;
	unsigned *bits = six ? &t->bits6 : &t->bits4;
	const char *slash = memchr(s, '/', n);
	size_t len = slash == NULL ? n : (size_t)(slash - s), at = n;

	if (slash != NULL &&
	    (!take_number(s, &at, six ? 128 : 32, bits) || at != len + 1))
		return "no such prefix length";
	if ((memchr(s, ':', len) != NULL) != six || !ip_parse(&t->ip, s, len))
		return "no such address";
	return NULL;
}

/* "/24", "//64" or "/24//64" at the end, which shortens *N. */
static const char *
take_prefixes(struct term *t, const char *s, size_t *n)
{
	size_t at = *n;
	unsigned bits = 0;
	bool good = take_number(s, &at, 128, &bits);

	if (at == *n || at == 0 || s[at - 1] != '/')
		return NULL; /* no digits behind a slash */
	if (at >= 2 && s[at - 2] == '/') {
		t->bits6 = bits;
		*n = at = at - 2;
		if (!good)
			return "no such prefix length";
		good = take_number(s, &at, 32, &bits);
		if (at == *n || at == 0 || s[at - 1] != '/')
			return NULL;
	}
	t->bits4 = bits;
	*n = at - 1;
	return good && bits <= 32 ? NULL : "no such prefix length";
}

/* The digits that end at *AT, which is moved to the first of them. */
static bool
take_number(const char *s, size_t *at, unsigned most, unsigned *out)
{
	size_t end = *at;

	while (*at > 0 && is_digit(s[*at - 1]))
		--*at;
	*out = 0;
	for (size_t i = *at; i < end && *out <= most; i++)
		*out = *out * 10 + (unsigned)(s[i] - '0');
	return *at < end && *out <= most && (s[*at] != '0' || end - *at == 1);
}

/* Of a modifier. */
static size_t
name_len(const char *s, size_t n)
{
	size_t i = 0;

	if (n == 0 || !is_letter(*s))
		return 0;
	while (i < n &&
	    (is_letter(s[i]) || is_digit(s[i]) || strchr("-_.", s[i]) != NULL))
		i++;
	return i;
}

static bool
is_word(const char *s, size_t n, const char *word)
{
	return n == strlen(word) && strncasecmp(s, word, n) == 0;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}
