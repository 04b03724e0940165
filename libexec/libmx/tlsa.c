/* SPDX-License-Identifier: ISC */
/*
 * The parser of a DNS message (RFC 1035 4.1) as far as TLSA needs it:
 *
 *	_25._tcp.mx.example.  IN TLSA 3 1 1 9f86d081...
 *
 * Strict: a name that points ahead, a record that does not end where it says,
 * a TLSA record of another name is no answer at all.
 */
#include "tlsa.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
	HEADER = 12,
	NAME = 255, /* RFC 1035 3.1: on the wire, with the root */
	TYPE_CNAME = 5,
	TYPE_TLSA = 52,
	CLASS_IN = 1,
	ALIASES = 16, /* in a row; ours */
	FLAG_ANSWER = 0x80
};

struct cursor {
	const unsigned char *octets;
	size_t len, at;
	bool bad;
};

struct name { /* on the wire, in lower case, without pointers */
	size_t len;
	unsigned char octets[NAME];
};

struct entry {
	struct name owner;
	unsigned type, class;
	size_t end; /* of its data, which begins at the cursor */
};

static bool read_question(struct cursor *, unsigned *answers, struct name *);
static void read_entry(struct cursor *, struct entry *);
static bool read_tlsa(struct cursor *, const struct entry *, struct tlsa *);
static bool is_usable(const unsigned char *, size_t);
static bool add(struct tlsa *, const unsigned char *, size_t);
static void read_name(struct cursor *, struct name *);
static size_t read_label(struct cursor *, struct name *);
static unsigned read_number(struct cursor *, unsigned octets);
static bool is_same(const struct name *, const struct name *);

bool
tlsa_parse(struct tlsa *out, const unsigned char *answer, size_t len)
{
	struct cursor c = {.octets = answer, .len = len};
	unsigned answers, aliases = 0;
	struct name name; /* whose records count */
	struct entry e;

	out->n = out->usable = 0;
	out->text[0] = '\0';
	if (!read_question(&c, &answers, &name))
		return false;
	for (unsigned i = 0; i < answers; i++) {
		read_entry(&c, &e);
		if (c.bad)
			return false;
		if (e.class == CLASS_IN && e.type == TYPE_TLSA) {
			if (!is_same(&e.owner, &name) ||
			    !read_tlsa(&c, &e, out))
				return false;
		} else if (e.class == CLASS_IN && e.type == TYPE_CNAME &&
		    is_same(&e.owner, &name)) {
			read_name(&c, &name);
			if (c.bad || c.at != e.end || ++aliases > ALIASES)
				return false;
		}
		c.at = e.end;
	}
	return true;
}

static bool
read_question(struct cursor *c, unsigned *answers, struct name *name)
{
	unsigned flags, questions, type, class;

	read_number(c, 2); /* the question's number */
	flags = read_number(c, 1);
	read_number(c, 1);
	questions = read_number(c, 2);
	*answers = read_number(c, 2);
	c->at = HEADER;
	read_name(c, name);
	type = read_number(c, 2);
	class = read_number(c, 2);
	return !c->bad && (flags & FLAG_ANSWER) != 0 && questions == 1 &&
	    type == TYPE_TLSA && class == CLASS_IN;
}

/* All of a record but its data. */
static void
read_entry(struct cursor *c, struct entry *e)
{
	size_t length;

	read_name(c, &e->owner);
	e->type = read_number(c, 2);
	e->class = read_number(c, 2);
	read_number(c, 4); /* TTL */
	length = read_number(c, 2);
	e->end = c->at + length;
	if (e->end > c->len)
		c->bad = true;
}

static bool
read_tlsa(struct cursor *c, const struct entry *e, struct tlsa *out)
{
	const unsigned char *data = c->octets + c->at;
	size_t len = e->end - c->at;

	if (len < 3 || len > TLSA_DATA + 3 || out->n == TLSA_MAX)
		return false;
	out->n++;
	return !is_usable(data, len) || add(out, data, len);
}

/* RFC 7672 3.1: usages 2 and 3; RFC 6698 2.1: selectors and digests, which
 * have a length of their own. */
static bool
is_usable(const unsigned char *data, size_t len)
{
	static const size_t digest[] = {[1] = 32, [2] = 64};
	unsigned usage = data[0], selector = data[1], type = data[2];

	if ((usage != 2 && usage != 3) || selector > 1 || type > 2)
		return false;
	return type == 0 ? len > 3 : len == 3 + digest[type];
}

static bool
add(struct tlsa *out, const unsigned char *data, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	size_t at = strlen(out->text);

	if (at + 6 + 2 * (len - 3) + 2 > sizeof out->text)
		return false;
	at += (size_t)snprintf(out->text + at, sizeof out->text - at,
	    "%u %u %u ", data[0], data[1], data[2]);
	for (size_t i = 3; i < len; i++) {
		out->text[at++] = hex[data[i] >> 4];
		out->text[at++] = hex[data[i] & 15];
	}
	out->text[at++] = '\n';
	out->text[at] = '\0';
	out->usable++;
	return true;
}

/* Pointers lead back, each further than the one before it, so that there is an
 * end (RFC 1035 4.1.4). */
static void
read_name(struct cursor *c, struct name *out)
{
	struct cursor label = *c;
	size_t lowest = c->at, target;
	bool jumped = false;

	out->len = 0;
	for (;;) {
		if (label.at < label.len && label.octets[label.at] >= 0xc0) {
			target = read_number(&label, 2) & 0x3fff;
			if (!jumped)
				c->at = label.at;
			jumped = true;
			if (label.bad || target >= lowest || target < HEADER)
				break;
			label.at = lowest = target;
			continue;
		}
		if (read_label(&label, out) > 0)
			continue;
		if (!label.bad) {
			if (!jumped)
				c->at = label.at;
			return;
		}
		break;
	}
	c->bad = true;
}

/* The length of the label that was added: 0 for the root, or when it is bad. */
static size_t
read_label(struct cursor *c, struct name *out)
{
	size_t n = read_number(c, 1);

	if (c->bad || n > 63 || n > c->len - c->at ||
	    out->len + 1 + n > sizeof out->octets) {
		c->bad = true;
		return 0;
	}
	out->octets[out->len++] = (unsigned char)n;
	for (size_t i = 0; i < n; i++)
		out->octets[out->len++] =
		    (unsigned char)tolower(c->octets[c->at++]);
	return n;
}

static unsigned
read_number(struct cursor *c, unsigned octets)
{
	unsigned value = 0;

	if (c->bad || octets > c->len || c->at > c->len - octets) {
		c->bad = true;
		return 0;
	}
	while (octets-- > 0)
		value = value << 8 | c->octets[c->at++];
	return value;
}

static bool
is_same(const struct name *a, const struct name *b)
{
	return a->len == b->len && memcmp(a->octets, b->octets, a->len) == 0;
}
