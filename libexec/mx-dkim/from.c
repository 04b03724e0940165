/* SPDX-License-Identifier: ISC */
/*
 * Finds the domains in an address list (RFC 5322 3.4, 4.4; RFC 6532; RFC 6854
 * allows groups).  Whoever reads the mail sees some address in it: where there
 * is doubt which, there is no answer.
 */
#include "from.h"

#include <string.h>

#include "domain.h"

enum { RAW_DOMAIN = 1024 }; /* U-labels take more octets than A-labels */

enum token { END, ATOM, QUOTED, LITERAL, SPECIAL, BAD };

struct lexer {
	const char *at, *end;
	enum token token;
	char special;
	const char *start; /* of an atom */
	size_t len;
};

struct mailbox {	    /* under way */
	bool angle;	    /* inside <> */
	bool closed;	    /* behind > */
	bool any;	    /* there was a word */
	bool at;	    /* @ was seen */
	bool dotted, dirty; /* last was a dot; what is no dot-atom was seen */
	char domain[RAW_DOMAIN];
	size_t len;
};

static const char *step(struct from *, struct lexer *, struct mailbox *);
static const char *special(struct from *, struct mailbox *, char);
static const char *open_angle(struct mailbox *);
static const char *word(struct mailbox *, const struct lexer *);
static const char *end_mailbox(struct from *, struct mailbox *);
static const char *add_domain(struct from *, const struct mailbox *);
static void next(struct lexer *);
static void skip_space(struct lexer *);
static bool skip_quoted(struct lexer *, char);
static bool skip_comment(struct lexer *);
static bool is_atext(char);

void
from_add(struct from *f, const char *body, size_t n)
{
	struct lexer x = {.at = body, .end = body + n};
	struct mailbox m = {.len = 0};

	f->fields++;
	for (next(&x); x.token != END && f->wrong == NULL; next(&x))
		f->wrong = step(f, &x, &m);
	if (f->wrong == NULL)
		f->wrong = end_mailbox(f, &m);
}

static const char *
step(struct from *f, struct lexer *x, struct mailbox *m)
{
	switch (x->token) {
	case ATOM:
		return word(m, x);
	case QUOTED:
	case LITERAL:
		m->any = m->dirty = true;
		return m->closed ? "From has text behind an address" : NULL;
	case SPECIAL:
		return special(f, m, x->special);
	default:
		return "From has a syntax error";
	}
}

/*
 *	Jo <jo@example.org>, "Kim" <@relay.example:kim@example.org>
 *	Friends: a@example.org, b@example.org;
 */
static const char *
special(struct from *f, struct mailbox *m, char c)
{
	const char *wrong = NULL;

	switch (c) {
	case '<':
		return open_angle(m);
	case '>':
		if (!m->angle)
			return "From has a syntax error";
		m->angle = false;
		m->closed = true;
		return NULL;
	case ',':
		if (m->angle) { /* of a route */
			m->at = false;
			return NULL;
		}
		return end_mailbox(f, m);
	case ';':
		return m->angle ? "From has a syntax error" : end_mailbox(f, m);
	case ':': /* ends a route or the name of a group */
		if (!m->angle && (m->closed || m->at))
			wrong = "From has a syntax error";
		*m = (struct mailbox){.angle = m->angle};
		return wrong;
	case '@':
		if (m->closed)
			return "From has text behind an address";
		m->dirty = m->at;
		m->at = true;
		m->len = 0;
		m->dotted = true;
		return NULL;
	case '.':
		m->dirty |= m->dotted;
		m->dotted = true;
		if (m->len < sizeof m->domain)
			m->domain[m->len++] = '.';
		return NULL;
	default:
		return "From has a syntax error";
	}
}

/* What was before is a name to be shown, whatever it looks like. */
static const char *
open_angle(struct mailbox *m)
{
	if (m->angle || m->closed)
		return "From has a syntax error";
	*m = (struct mailbox){.angle = true};
	return NULL;
}

static const char *
word(struct mailbox *m, const struct lexer *x)
{
	if (m->closed)
		return "From has text behind an address";
	m->any = true;
	if (!m->at)
		return NULL;
	m->dirty |= !m->dotted;
	m->dotted = false;
	if (x->len > sizeof m->domain - m->len)
		return "From has a domain that is too long";
	memcpy(m->domain + m->len, x->start, x->len);
	m->len += x->len;
	return NULL;
}

static const char *
end_mailbox(struct from *f, struct mailbox *m)
{
	const char *wrong = NULL;

	if (m->angle)
		wrong = "From has a syntax error";
	else if (m->at || m->closed || m->any)
		wrong = add_domain(f, m);
	*m = (struct mailbox){.len = 0};
	return wrong;
}

static const char *
add_domain(struct from *f, const struct mailbox *m)
{
	char name[DOMAIN_LEN + 1];

	if (!m->at || m->dirty || !domain_normal(m->domain, m->len, name))
		return "From has an address without a domain name";
	for (size_t i = 0; i < f->n; i++) {
		if (strcmp(f->domain[i], name) == 0)
			return NULL;
	}
	if (f->n == AUTHOR_DOMAINS)
		return "From has too many domains";
	memcpy(f->domain[f->n++], name, sizeof name);
	return NULL;
}

static void
next(struct lexer *x)
{
	skip_space(x);
	x->token = END;
	if (x->at == x->end)
		return;
	x->start = x->at;
	x->special = *x->at;
	if (is_atext(*x->at)) {
		while (x->at < x->end && is_atext(*x->at))
			x->at++;
		x->len = (size_t)(x->at - x->start);
		x->token = ATOM;
		return;
	}
	x->at++;
	switch (x->special) {
	case '"':
		x->token = skip_quoted(x, '"') ? QUOTED : BAD;
		break;
	case '[':
		x->token = skip_quoted(x, ']') ? LITERAL : BAD;
		break;
	default:
		x->token =
		    x->special != '\0' && strchr("<>,;:@.", x->special) != NULL
		    ? SPECIAL
		    : BAD;
	}
}

/* CFWS; a comment that does not end is left to be found as BAD. */
static void
skip_space(struct lexer *x)
{
	while (x->at < x->end) {
		if (*x->at == '(') {
			if (!skip_comment(x))
				return;
		} else if (*x->at == ' ' || *x->at == '\t' || *x->at == '\r' ||
		    *x->at == '\n') {
			x->at++;
		} else {
			return;
		}
	}
}

/* Past the octet that ends it; false if there is none. */
static bool
skip_quoted(struct lexer *x, char end)
{
	while (x->at < x->end) {
		char c = *x->at++;

		if (c == end)
			return true;
		if (c == '\0')
			return false;
		if (c == '\\' && x->at < x->end)
			x->at++;
	}
	return false;
}

static bool
skip_comment(struct lexer *x)
{
	const char *start = x->at;
	size_t depth = 0;

	while (x->at < x->end) {
		char c = *x->at++;

		if (c == '\\' && x->at < x->end)
			x->at++;
		else if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0)
			return true;
	}
	x->at = start;
	return false;
}

/* RFC 5322 3.2.3, RFC 6532 3.2 */
static bool
is_atext(char c)
{
	return (unsigned char)c >= 0x80 ||
	    (c > 0x20 && c < 0x7f && strchr("()<>[]:;@\\,.\"", c) == NULL);
}
