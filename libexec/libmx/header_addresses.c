/* SPDX-License-Identifier: ISC */
/*
 * Address lists (RFC 5322 3.4, 4.4), token by token:
 *
 *	"Doe, J." <@route.example:jdoe@example.org>, friends: a@b.example, c;
 */
#include <string.h>

#include "header.h"

enum token {
	END,
	WORD,	 /* an atom, dots in it, or a quoted string */
	LITERAL, /* [192.0.2.1] */
	SPECIAL, /* one of < > @ , ; : */
	BROKEN
};

struct list {
	const char *s, *end;
	enum token token;
	char special;
	bool dotted, dot; /* the word ends, begins with a dot */
	bool joined;	  /* by dots, and no literal: what words() read */
	bool grouped;
	unsigned count, items;
	enum address_trouble trouble;
};

static void next(struct list *);
static bool skip_space(struct list *);
static bool skip_until(struct list *, char close);
static void take_word(struct list *);
static bool is_special(char);
static bool at(const struct list *, char special);
static bool take(struct list *, char special);
static bool item(struct list *);
static bool words(struct list *, unsigned *n);
static bool named(struct list *);
static bool angle(struct list *);
static bool route(struct list *);
static bool address(struct list *);
static bool domain(struct list *);
static bool fail(struct list *, enum address_trouble);

enum address_trouble
header_addresses(const char *s, size_t n, unsigned *count, unsigned *items)
{
	struct list l = {.s = s, .end = s + n};

	next(&l);
	while (l.trouble == ADDRESSES_FINE && l.token != END) {
		if (at(&l, ',')) {
			next(&l); /* empty members: 4.4 */
		} else if (at(&l, ';')) {
			l.grouped = false;
			next(&l);
		} else if (!item(&l)) {
			break;
		}
	}
	if (l.trouble == ADDRESSES_FINE && l.grouped)
		l.trouble = ADDRESSES_GROUP;
	*count = l.count;
	*items = l.items;
	return l.trouble;
}

/* A mailbox, or the start of a group. */
static bool
item(struct list *l)
{
	unsigned n = 0;
	bool joined;

	if (!words(l, &n))
		return false;
	joined = l->joined;
	if (at(l, ':') && n > 0) {
		if (l->grouped)
			return fail(l, ADDRESSES_GROUP);
		l->grouped = true;
		l->items++;
		next(l);
		return true;
	}
	if (at(l, '<'))
		return angle(l);
	if (at(l, '@')) {
		if (n == 0 || !domain(l))
			return fail(l, ADDRESSES_ADDRESS);
		if (l->token == WORD || l->token == LITERAL || at(l, '<'))
			return named(l);
		if (!joined)
			return fail(l, ADDRESSES_ADDRESS);
		l->count++;
	} else if (n != 1 || !joined) {
		return fail(l, ADDRESSES_ADDRESS);
	}
	l->items++;
	if (l->token == END || at(l, ',') || at(l, ';'))
		return true;
	return fail(l, ADDRESSES_ADDRESS);
}

/* A phrase or a local part; which of them, what follows will tell. */
static bool
words(struct list *l, unsigned *n)
{
	bool dotted = true;

	l->joined = true;
	while (l->token == WORD || l->token == LITERAL) {
		l->joined &= l->token == WORD && (dotted || l->dot);
		dotted = l->dotted;
		++*n;
		next(l);
	}
	return l->token != BROKEN;
}

/* What looked like an address is the name in front of one:
 * user@example.org by way of a list <list@example.org> */
static bool
named(struct list *l)
{
	while (l->token == WORD || l->token == LITERAL || at(l, '@'))
		next(l);
	if (l->token == BROKEN)
		return false;
	return at(l, '<') ? angle(l) : fail(l, ADDRESSES_ADDRESS);
}

static bool
angle(struct list *l)
{
	next(l);
	if (!route(l) || !address(l) || !at(l, '>'))
		return fail(l, ADDRESSES_ANGLE);
	next(l);
	l->items++;
	if (l->token == END || at(l, ',') || at(l, ';'))
		return true;
	return fail(l, ADDRESSES_ADDRESS);
}

/* If there is one (obs-route, 4.4): its colon tells it from an address. */
static bool
route(struct list *l)
{
	if (!at(l, '@') && !at(l, ','))
		return true;
	while (take(l, ','))
		continue;
	if (!at(l, '@'))
		return false;
	do {
		if (at(l, '@') && !domain(l))
			return false;
	} while (take(l, ','));
	return take(l, ':');
}

/* local-part@domain, or a local part alone. */
static bool
address(struct list *l)
{
	unsigned n = 0;

	if (!words(l, &n) || n == 0)
		return false;
	if (!at(l, '@'))
		return n == 1 && l->joined;
	if (!l->joined)
		return false;
	l->count++;
	return domain(l);
}

/* From '@' to behind the domain. */
static bool
domain(struct list *l)
{
	next(l);
	if (l->token != WORD && l->token != LITERAL)
		return false;
	for (bool more = true; more;) {
		bool dotted = l->dotted;

		next(l); /* obs-domain: blanks around dots */
		more = l->token == WORD && (dotted || l->dot);
	}
	return l->token != BROKEN;
}

static void
next(struct list *l)
{
	l->dotted = l->dot = false;
	if (!skip_space(l)) {
		l->token = BROKEN;
		fail(l, ADDRESSES_COMMENT);
	} else if (l->s == l->end) {
		l->token = END;
	} else if (*l->s == '[' || *l->s == '"') {
		char close = *l->s == '[' ? ']' : '"';

		l->token = close == ']' ? LITERAL : WORD;
		if (!skip_until(l, close)) {
			l->token = BROKEN;
			fail(l, ADDRESSES_COMMENT);
		}
	} else if (is_special(*l->s)) {
		l->token = SPECIAL;
		l->special = *l->s++;
	} else {
		take_word(l);
	}
}

/* Blanks, line ends, comments in comments. */
static bool
skip_space(struct list *l)
{
	size_t depth = 0;

	for (; l->s < l->end; l->s++) {
		char c = *l->s;

		if (depth > 0 && c == '\\' && l->s + 1 < l->end)
			l->s++;
		else if (c == '(')
			depth++;
		else if (c == ')' && depth > 0)
			depth--;
		else if (depth == 0 && c != ' ' && c != '\t' && c != '\r' &&
		    c != '\n')
			return true;
	}
	return depth == 0;
}

/* To behind CLOSE; a backslash quotes the octet behind it. */
static bool
skip_until(struct list *l, char close)
{
	for (l->s++; l->s < l->end; l->s++) {
		if (*l->s == '\\' && l->s + 1 < l->end) {
			l->s++;
		} else if (*l->s == close) {
			l->s++;
			return true;
		}
	}
	return false;
}

static void
take_word(struct list *l)
{
	const char *start = l->s;

	l->token = WORD;
	do /* one at least, be it a ')' of nobody's */
		l->s++;
	while (l->s < l->end && !is_special(*l->s) &&
	    strchr(" \t\r\n(\"[", *l->s) == NULL);
	l->dot = *start == '.';
	l->dotted = l->s[-1] == '.';
}

static bool
is_special(char c)
{
	return c == '<' || c == '>' || c == '@' || c == ',' || c == ';' ||
	    c == ':';
}

static bool
at(const struct list *l, char special)
{
	return l->token == SPECIAL && l->special == special;
}

static bool
take(struct list *l, char special)
{
	if (!at(l, special))
		return false;
	next(l);
	return true;
}

static bool
fail(struct list *l, enum address_trouble trouble)
{
	if (l->trouble == ADDRESSES_FINE)
		l->trouble = trouble;
	return false;
}
