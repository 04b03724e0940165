/* SPDX-License-Identifier: ISC */
/*
 * The end of data as an automaton over octets; ordinary text is skipped in
 * slices.  Where an octet pair is flawed the message will be refused, so its
 * octets no longer matter and may be left out.
 */
#include "frame.h"

#include <string.h>

enum {
	TEXT,	/* inside a line */
	CR,	/* after a CR inside a line */
	START,	/* at the start of a line: after CR LF, or of the data */
	DOT,	/* after a dot at the start of a line */
	DOT_CR, /* after a dot and a CR at the start of a line */
	STATES
};

static size_t span_text(const char *, size_t);
static int step(struct frame *, char);

void
frame_init(struct frame *f, enum frame_kind kind)
{
	f->kind = kind;
	f->state = START;
	f->ended = false;
	f->flaws = 0;
}

size_t
frame_next(
    struct frame *f, const char *in, size_t n, const char **out, size_t *len)
{
	size_t i = 0;

	*out = in;
	*len = 0;
	if (f->ended || n == 0)
		return 0;
	if (f->kind == FRAME_DATA && f->state == START && *in == '.') {
		f->state = DOT; /* taken away: the next slice starts behind */
		return 1;
	}
	if (f->state == DOT || f->state == DOT_CR) {
		f->state = step(f, *in);
		/* the end, or the CR of what may become the end */
		if (f->ended || f->state == DOT_CR)
			return 1;
		*len = 1;
		return 1;
	}
	while (i < n) {
		if (f->state == TEXT)
			i += span_text(in + i, n - i);
		if (i == n ||
		    (f->state == START && in[i] == '.' &&
			f->kind == FRAME_DATA))
			break;
		f->state = step(f, in[i++]);
	}
	*len = i;
	return i;
}

void
frame_finish(struct frame *f)
{
	if (f->state == CR || f->state == DOT_CR)
		f->flaws |= FLAW_BARE_CR;
}

/* Octets up to the next CR, LF or NUL. */
static size_t
span_text(const char *s, size_t n)
{
	static const char ends[] = {'\r', '\n', '\0'};

	for (size_t i = 0; i < sizeof ends; i++) {
		const char *end = memchr(s, ends[i], n);

		if (end != NULL)
			n = (size_t)(end - s);
	}
	return n;
}

static int
step(struct frame *f, char c)
{
	bool after_cr = f->state == CR || f->state == DOT_CR;

	if (c == '\n' && after_cr) {
		f->ended = f->state == DOT_CR;
		return START;
	}
	if (after_cr)
		f->flaws |= FLAW_BARE_CR;
	if (c == '\r')
		return f->state == DOT ? DOT_CR : CR;
	if (c == '\n')
		f->flaws |= FLAW_BARE_LF;
	if (c == '\0')
		f->flaws |= FLAW_NUL;
	return TEXT;
}
