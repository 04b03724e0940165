/* SPDX-License-Identifier: ISC */
#include "dsn_original.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { LINE_LEN = 998, BLOCK = 16384 };

struct scan {	     /* of a message, octet by octet */
	size_t line; /* octets of the current line, without its end */
	bool plain, ended;
};

static ssize_t read_block(
    const struct message *, uint64_t at, char block[BLOCK]);
static void look(struct scan *, const char *, size_t);
static size_t header_part(struct scan *, const char *in, size_t n, char *out);

bool
original_is_plain(const struct message *m)
{
	struct scan s = {.plain = m->length <= ORIGINAL_MAX};
	char block[BLOCK];
	ssize_t n;

	for (uint64_t at = 0; s.plain && at < m->length; at += (uint64_t)n) {
		if ((n = read_block(m, at, block)) <= 0)
			return false;
		look(&s, block, (size_t)n);
	}
	return s.plain;
}

int
original_write(struct draft *d, const struct message *m, bool whole)
{
	const char *trace = m->envelope->trace;
	char block[BLOCK], out[BLOCK];
	struct scan s = {.plain = true};
	ssize_t n;

	if (draft_write(d, trace, strlen(trace)) == -1)
		return -1;
	for (uint64_t at = 0; !s.ended && at < m->length; at += (uint64_t)n) {
		const char *from = block;
		size_t len;

		if ((n = read_block(m, at, block)) <= 0)
			return -1;
		len = (size_t)n;
		if (!whole) {
			len = header_part(&s, block, len, out);
			from = out;
		}
		if (draft_write(d, from, len) == -1)
			return -1;
	}
	return draft_write(d, "\r\n", 2);
}

static ssize_t
read_block(const struct message *m, uint64_t at, char block[BLOCK])
{
	uint64_t left = m->length - at;
	size_t want = left < BLOCK ? (size_t)left : BLOCK;
	ssize_t n = pread(m->fd, block, want, (off_t)(SPOOL_HEAD + at));

	if (n == 0)
		errno = EIO; /* shorter than its head says */
	return n;
}

static void
look(struct scan *s, const char *in, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		s->line = in[i] == '\n' ? 0 : s->line + 1;
		if (((unsigned char)in[i] & 0x80) != 0 || s->line > LINE_LEN)
			s->plain = false;
	}
}

/* Copies up to the empty line, which ends it. */
static size_t
header_part(struct scan *s, const char *in, size_t n, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < n && !s->ended; i++) {
		bool end = in[i] == '\n' || in[i] == '\r';

		if (in[i] == '\n' && s->line == 0)
			s->ended = true;
		if (!end)
			s->line++;
		if (end || s->line <= LINE_LEN)
			out[len++] =
			    ((unsigned char)in[i] & 0x80) != 0 ? '?' : in[i];
		if (in[i] == '\n')
			s->line = 0;
	}
	return len;
}
