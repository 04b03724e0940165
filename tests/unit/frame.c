/* SPDX-License-Identifier: ISC */
/*
 * The end of data, against a reference: every string of eight octets over CR,
 * LF, '.', NUL and 'x', at the start of data and within a line, cut at every
 * place, and octet by octet.
 */
#include "frame.h"

#include <stdlib.h>

#include "tap.h"

enum { LEN = 8, STRINGS = 390625, ROOM = 2 * LEN + 32 };

struct result {
	char out[ROOM];
	size_t len;  /* of out */
	size_t used; /* octets up to the end of data, or all */
	bool ended, flawed;
};

/* RFC 5321 4.5.2 read literally: lines end with CR LF; a line that is a dot
 * ends the data; another dot at a line's start is taken away; a CR or LF that
 * is not part of CR LF, and a NUL, are flaws. */
static void
reference(const char *in, size_t n, struct result *r)
{
	bool start = true; /* of a line */

	*r = (struct result){.used = n};
	for (size_t i = 0; i < n; i++) {
		bool pair = i + 1 < n && in[i] == '\r' && in[i + 1] == '\n';

		if (start && i + 2 < n && memcmp(in + i, ".\r\n", 3) == 0) {
			r->ended = true;
			r->used = i + 3;
			return;
		}
		if (start && in[i] == '.') {
			start = false;
			continue;
		}
		/* the last CR may become a pair yet */
		r->flawed |= in[i] == '\0' || in[i] == '\n' ||
		    (in[i] == '\r' && !pair && i + 1 < n);
		r->out[r->len++] = in[i];
		if (pair)
			r->out[r->len++] = in[++i];
		start = pair;
	}
}

/* Feeds IN in pieces: CUT octets, then STEP at a time. */
static void
feed(const char *in, size_t n, size_t cut, size_t step, struct result *r)
{
	size_t at = 0, end = cut;
	struct frame f;

	*r = (struct result){.used = 0};
	frame_init(&f, FRAME_DATA);
	while (at < n && !f.ended) {
		const char *out;
		size_t len;

		if (at == end)
			end = at + step < n ? at + step : n;
		at += frame_next(&f, in + at, end - at, &out, &len);
		memcpy(r->out + r->len, out, len);
		r->len += len;
	}
	r->used = at;
	r->ended = f.ended;
	r->flawed = f.flaws != 0;
}

/* Where the message is refused its octets do not matter; and of a dot at the
 * very end, or a dot and CR, it is not known yet what they are. */
static bool
agree(const char *in, size_t n, const struct result *want,
    const struct result *got)
{
	if (want->ended != got->ended || want->used != got->used ||
	    want->flawed != got->flawed)
		return false;
	if (want->flawed)
		return true;
	if (!want->ended && n >= 2 && memcmp(in + n - 2, ".\r", 2) == 0 &&
	    want->len == got->len + 1)
		return memcmp(want->out, got->out, got->len) == 0;
	return want->len == got->len &&
	    memcmp(want->out, got->out, got->len) == 0;
}

static void
make(char *out, unsigned number)
{
	static const char octet[] = {'\r', '\n', '.', '\0', 'x'};

	for (int i = 0; i < LEN; i++, number /= 5)
		out[i] = octet[number % 5];
}

static bool
check(const char *in, size_t n)
{
	struct result want, got;

	reference(in, n, &want);
	for (size_t cut = 1; cut <= n; cut++) {
		feed(in, n, cut, n, &got);
		if (!agree(in, n, &want, &got))
			return false;
	}
	feed(in, n, 1, 1, &got);
	return agree(in, n, &want, &got);
}

static void
every_string(const char *before, const char *after, const char *name)
{
	size_t b = strlen(before), a = strlen(after), n = b + LEN + a;
	char in[ROOM];
	unsigned wrong = 0;

	memcpy(in, before, b);
	memcpy(in + b + LEN, after, a);
	for (unsigned i = 0; i < STRINGS; i++) {
		make(in + b, i);
		if (!check(in, n) && wrong++ == 0) {
			printf("# number %u:", i);
			for (size_t j = 0; j < n; j++)
				printf(" %02x", (unsigned char)in[j]);
			putchar('\n');
		}
	}
	is_int(wrong, 0, name);
}

static bool
chunk_is_flawed(const char *in, size_t n, size_t cut)
{
	struct frame f;
	size_t at = 0;

	frame_init(&f, FRAME_BDAT);
	while (at < n) {
		const char *out;
		size_t len, end = at < cut ? cut : n;
		size_t used = frame_next(&f, in + at, end - at, &out, &len);

		if (!f.flaws && (len != used || out != in + at))
			return !f.flaws; /* a chunk's octets stay as they are */
		at += used;
	}
	frame_finish(&f);
	return f.flaws != 0;
}

static void
every_chunk(void)
{
	unsigned wrong = 0;
	char in[LEN];

	for (unsigned i = 0; i < STRINGS; i++) {
		bool flawed = false;

		make(in, i);
		for (int j = 0; j < LEN; j++)
			flawed |= in[j] == '\0' ||
			    (in[j] == '\r' &&
				(j + 1 == LEN || in[j + 1] != '\n')) ||
			    (in[j] == '\n' && (j == 0 || in[j - 1] != '\r'));
		for (size_t cut = 1; cut <= LEN; cut++)
			wrong += chunk_is_flawed(in, LEN, cut) != flawed;
	}
	is_int(wrong, 0, "BDAT: every string, octets untouched, flaws seen");
}

/* Behind the end nothing is taken: those are commands. */
static void
after_end(void)
{
	const char *out;
	struct frame f;
	size_t len;

	frame_init(&f, FRAME_DATA);
	is_int((long long)frame_next(&f, "", 0, &out, &len), 0, "nothing");
	frame_next(&f, ".", 1, &out, &len);
	frame_next(&f, "\r", 1, &out, &len);
	frame_next(&f, "\n", 1, &out, &len);
	ok(f.ended, "the end, octet by octet");
	ok(frame_next(&f, "QUIT\r\n", 6, &out, &len) == 0 && len == 0,
	    "what follows it is left");
	frame_init(&f, FRAME_DATA);
	frame_next(&f, ".", 1, &out, &len);
	frame_next(&f, "\r", 1, &out, &len);
	frame_finish(&f);
	is_int((long long)f.flaws, FLAW_BARE_CR, "an end that never came");
}

int
main(void)
{
	after_end();
	every_string("", "", "every string at the start of data");
	every_string(
	    "", "x\r\n.\r\n", "every string, and a true end behind it");
	every_string("x", "", "every string within a line");
	every_string("x\r\n", "", "every string at the start of a line");
	every_chunk();
	return done();
}
