/* SPDX-License-Identifier: ISC */
#include "canon.h"

#include <ctype.h>
#include <string.h>

struct unfolding {    /* of one relaxed field */
	bool in_body; /* behind the colon */
	bool space;   /* white space that counts if something follows */
	bool begun;   /* something of the body was there */
};

static void put(struct canon *, char);
static size_t fold(const char *, size_t);
static void relax(struct canon *, struct unfolding *, const char *, size_t);
static void relax_octet(struct canon *, struct unfolding *, char);
static void body_octet(struct canon_body *, char);
static void body_line_end(struct canon_body *);
static void body_put(struct canon_body *, char);

void
canon_init(struct canon *c, void (*to)(void *, const char *, size_t), void *ctx)
{
	c->put = to;
	c->ctx = ctx;
	c->n = 0;
}

void
canon_octets(struct canon *c, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put(c, s[i]);
}

void
canon_end(struct canon *c)
{
	if (c->n > 0 && c->put != NULL)
		c->put(c->ctx, c->room, c->n);
	c->n = 0;
}

/*
 *	Subject :  a\r\n\tb  ->  subject:a b
 */
void
canon_field(struct canon *c, const struct canon_field *f, bool relaxed)
{
	struct unfolding u = {.in_body = false};
	size_t behind = f->hole + f->hole_len;

	if (relaxed) {
		relax(c, &u, f->text, f->hole);
		relax(c, &u, f->text + behind, f->len - behind);
	} else {
		canon_octets(c, f->text, f->hole);
		canon_octets(c, f->text + behind, f->len - behind);
	}
}

void
canon_body_init(struct canon_body *b, bool relaxed,
    void (*to)(void *, const char *, size_t), void *ctx)
{
	canon_init(&b->out, to, ctx);
	b->octets = b->empty = 0;
	b->relaxed = relaxed;
	b->cr = b->space = false;
}

void
canon_body_push(struct canon_body *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (b->cr) {
			b->cr = false;
			if (s[i] == '\n') {
				body_line_end(b);
				continue;
			}
			body_octet(b, '\r');
		}
		if (s[i] == '\r')
			b->cr = true;
		else
			body_octet(b, s[i]);
	}
}

/* Empty lines at the end are as if they were not there; what is not empty ends
 * with a line end, and of "simple" so does what is. */
void
canon_body_end(struct canon_body *b)
{
	if (b->cr)
		body_octet(b, '\r');
	if (!b->relaxed || b->octets > 0) {
		body_put(b, '\r');
		body_put(b, '\n');
	}
	canon_end(&b->out);
}

static void
put(struct canon *c, char octet)
{
	if (c->n == sizeof c->room)
		canon_end(c);
	c->room[c->n++] = octet;
}

/* Octets of the line end at S, 0 if there is none. */
static size_t
fold(const char *s, size_t n)
{
	return n >= 2 && s[0] == '\r' && s[1] == '\n' ? 2 : 0;
}

static void
relax(struct canon *c, struct unfolding *u, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t skip = fold(s + i, n - i);

		if (skip == 0)
			relax_octet(c, u, s[i++]);
		i += skip;
	}
}

static void
relax_octet(struct canon *c, struct unfolding *u, char octet)
{
	if (octet == ' ' || octet == '\t') {
		u->space = true;
		return;
	}
	if (!u->in_body && octet == ':') {
		u->in_body = true;
		u->space = false;
		put(c, octet);
		return;
	}
	if (u->space && (u->begun || !u->in_body))
		put(c, ' ');
	u->space = false;
	u->begun = u->in_body;
	put(c, u->in_body ? octet : (char)tolower((unsigned char)octet));
}

static void
body_octet(struct canon_body *b, char octet)
{
	if (b->relaxed && (octet == ' ' || octet == '\t')) {
		b->space = true;
		return;
	}
	for (; b->empty > 0; b->empty--) {
		body_put(b, '\r');
		body_put(b, '\n');
	}
	if (b->space)
		body_put(b, ' ');
	b->space = false;
	body_put(b, octet);
}

static void
body_line_end(struct canon_body *b)
{
	b->empty++;
	b->space = false;
}

static void
body_put(struct canon_body *b, char octet)
{
	b->octets++;
	put(&b->out, octet);
}
