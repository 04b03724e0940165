/* SPDX-License-Identifier: ISC */
/*
 * mxq cat: the message, octet for octet as it came, or with -t as it is handed
 * over; on a terminal with its control octets made visible.
 */
#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "mxq.h"

enum { BLOCK = 64 * 1024 };

static int cat(struct mxq *, const struct target *);
static int cat_body(struct mxq *, const struct target *, struct message *);
static void put(struct mxq *, const char *, size_t);

int
mxq_cat(struct mxq *q, char *args[])
{
	return target_each(q, args, false, cat);
}

static int
cat(struct mxq *q, const struct target *t)
{
	struct message m;
	int code = target_open(t, MESSAGE_READ, &m);

	if (code != EX_OK)
		return code;
	if (q->trace)
		put(q, m.envelope->trace, strlen(m.envelope->trace));
	code = cat_body(q, t, &m);
	message_close(&m);
	return code;
}

static int
cat_body(struct mxq *q, const struct target *t, struct message *m)
{
	static char block[BLOCK];
	const struct cuts none = {0},
			  *cuts = q->trace ? &m->envelope->cuts : &none;
	uint64_t left, at = 0;

	while (
	    (left = cuts_run(cuts, &at, m->length)) > 0 && !ferror(q->out.f)) {
		size_t want = left < BLOCK ? (size_t)left : BLOCK;
		ssize_t n = pread(m->fd, block, want, (off_t)(SPOOL_HEAD + at));

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n == 0 ? EIO : errno;
			return target_trouble(t->domain, t->id);
		}
		put(q, block, (size_t)n);
		at += (uint64_t)n;
	}
	return EX_OK;
}

static void
put(struct mxq *q, const char *octets, size_t n)
{
	if (!isatty(fileno(q->out.f))) {
		fwrite(octets, 1, n, q->out.f);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)octets[i];

		if (c == '\n' || c == '\t' || (c >= 0x20 && c < 0x7f))
			fputc(c, q->out.f);
		else if (c != '\r')
			fprintf(q->out.f, "\\x%02x", c);
	}
}
