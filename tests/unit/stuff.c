/* SPDX-License-Identifier: ISC */
/*
 * Dot-stuffing, against a reference: every string of seven octets over CR, LF,
 * '.' and 'x', cut at every place, and octet by octet.
 */
#include "../../libexec/mx-send/body.h"

#include "tap.h"

enum { LEN = 7, STRINGS = 16384 };

/* RFC 5321 4.5.2 read literally: behind CR LF, and first of all, a dot is
 * doubled. */
static size_t
reference(const char *in, size_t n, char *out)
{
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		if (in[i] == '.' &&
		    (i == 0 || (i > 1 && memcmp(in + i - 2, "\r\n", 2) == 0)))
			out[used++] = '.';
		out[used++] = in[i];
	}
	return used;
}

/* IN in pieces: CUT octets, then STEP at a time. */
static size_t
feed(const char *in, size_t cut, size_t step, char *out)
{
	struct stuffing st = {.at = AT_START};
	size_t used = stuff(&st, in, cut, out);

	for (size_t at = cut; at < LEN; at += step)
		used += stuff(&st, in + at, at + step < LEN ? step : LEN - at,
		    out + used);
	return used;
}

static bool
is_alike(const char *in, size_t cut, size_t step)
{
	char ours[2 * LEN], theirs[2 * LEN];
	size_t n = reference(in, LEN, theirs);

	return feed(in, cut, step, ours) == n && memcmp(ours, theirs, n) == 0;
}

static void
test_every_string_at_every_cut(void)
{
	unsigned wrong = 0;

	for (unsigned i = 0; i < STRINGS; i++) {
		char in[LEN];

		for (unsigned k = 0; k < LEN; k++)
			in[k] = "\r\n.x"[i >> (2 * k) & 3];
		for (size_t cut = 0; cut <= LEN; cut++)
			wrong += !is_alike(in, cut, LEN);
		wrong += !is_alike(in, 0, 1);
	}
	is_int(wrong, 0, "as the reference, whatever the cut");
}

static void
test_the_end_closes_an_open_line(void)
{
	struct stuffing st = {.at = AT_START};
	char out[8];

	is_str(stuff_end(&st), ".\r\n", "an empty message");
	stuff(&st, "a", 1, out);
	is_str(stuff_end(&st), "\r\n.\r\n", "an open line");
	stuff(&st, "\r\n", 2, out);
	is_str(stuff_end(&st), ".\r\n", "a closed line");
	stuff(&st, "\r", 1, out);
	is_str(stuff_end(&st), "\r\n.\r\n", "half a line's end");
}

int
main(void)
{
	test_every_string_at_every_cut();
	test_the_end_closes_an_open_line();
	return done();
}
