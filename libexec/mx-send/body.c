/* SPDX-License-Identifier: ISC */
/*
 * Sending a message's octets.  The file's offset is shared with whoever passed
 * the descriptor, so it is neither used nor moved.
 */
#include "body.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

enum { BLOCK = 64 * 1024, SENDFILE_BLOCK = 1 << 20 };

static bool send_file(struct session *, const struct send_request *);
static bool send_run(
    struct session *, const struct send_request *, uint64_t at, uint64_t n);
static void pass(struct stuffing *, const char *in, size_t n);
static bool stuff_trace(struct session *, struct stuffing *, const char *trace);
static bool stuff_block(struct session *, struct stuffing *,
    const struct send_request *, uint64_t *at);

uint64_t
body_size(const struct send_request *r)
{
	return strlen(r->trace) + r->size - cuts_octets(&r->cuts);
}

bool
body_send_counted(struct session *s, const struct send_request *r)
{
	size_t n = strlen(r->trace);

	return session_push(s, STEP_BLOCK, r->trace, n, body_size(r) > n) &&
	    send_file(s, r);
}

bool
body_send_stuffed(struct session *s, const struct send_request *r)
{
	struct stuffing st = {.at = AT_START};
	uint64_t at = 0;

	if (!stuff_trace(s, &st, r->trace))
		return false;
	do {
		if (!session_is_quiet(s, STEP_BLOCK) ||
		    !stuff_block(s, &st, r, &at))
			return false;
	} while (at < r->size);
	return true;
}

/* In slices, each up to the next dot. */
size_t
stuff(struct stuffing *st, const char *in, size_t n, char *out)
{
	const char *end = in + n, *dot;
	size_t used = 0;

	for (; in < end; in = dot) {
		if (*in == '.' && st->at == AT_START)
			out[used++] = '.';
		dot = memchr(in + 1, '.', (size_t)(end - in - 1));
		if (dot == NULL)
			dot = end;
		memcpy(out + used, in, (size_t)(dot - in));
		used += (size_t)(dot - in);
		pass(st, in, (size_t)(dot - in));
	}
	return used;
}

const char *
stuff_end(const struct stuffing *st)
{
	return st->at == AT_START ? ".\r\n" : "\r\n.\r\n";
}

static bool
send_file(struct session *s, const struct send_request *r)
{
	uint64_t at = 0, n;

	while ((n = cuts_run(&r->cuts, &at, r->size)) > 0) {
		if (!send_run(s, r, at, n))
			return false;
		at += n;
	}
	return true;
}

static bool
send_run(struct session *s, const struct send_request *r, uint64_t from,
    uint64_t octets)
{
	int64_t deadline = session_deadline(s, STEP_BLOCK);
	off_t at = (off_t)(r->offset + from), end = at + (off_t)octets;
	bool wait = s->listening;

	while (at < end) {
		size_t left = (size_t)(end - at);
		ssize_t n;

		if (wait && !session_wait(s, STEP_BLOCK, deadline))
			return false;
		n = sendfile(s->fd, r->fd, &at,
		    left < SENDFILE_BLOCK ? left : SENDFILE_BLOCK);
		if (n == 0)
			return session_lost(s, STEP_BLOCK,
			    "the message file is short; dropped");
		if (n == -1 && errno != EAGAIN && errno != EINTR)
			return session_hear_out(s, STEP_BLOCK);
		if (n > 0)
			deadline = session_deadline(s, STEP_BLOCK);
		wait = true;
	}
	return true;
}

/* Where N octets, more than 0, lead to. */
static void
pass(struct stuffing *st, const char *in, size_t n)
{
	bool after_cr = n > 1 ? in[n - 2] == '\r' : st->at == AFTER_CR;

	if (in[n - 1] == '\r')
		st->at = AFTER_CR;
	else
		st->at = in[n - 1] == '\n' && after_cr ? AT_START : INSIDE;
}

static bool
stuff_trace(struct session *s, struct stuffing *st, const char *trace)
{
	char out[2 * 1024];

	for (size_t n; *trace != '\0'; trace += n) {
		n = strnlen(trace, sizeof out / 2);
		if (!session_push(
			s, STEP_BLOCK, out, stuff(st, trace, n, out), true))
			return false;
	}
	return true;
}

/* One block of the file, the last one with the end of data. */
static bool
stuff_block(struct session *s, struct stuffing *st,
    const struct send_request *r, uint64_t *at)
{
	char in[BLOCK], out[2 * BLOCK + 8];
	uint64_t left = cuts_run(&r->cuts, at, r->size);
	size_t used = 0, n = left < BLOCK ? (size_t)left : BLOCK;
	ssize_t got =
	    n == 0 ? 0 : pread(r->fd, in, n, (off_t)(r->offset + *at));

	if (got == -1 || (got == 0 && n > 0))
		return session_lost(
		    s, STEP_BLOCK, "the message file cannot be read; dropped");
	*at += (uint64_t)got;
	used = stuff(st, in, (size_t)got, out);
	if (cuts_run(&r->cuts, at, r->size) == 0) {
		const char *end = stuff_end(st);

		memcpy(out + used, end, strlen(end));
		used += strlen(end);
	}
	return session_push(s, STEP_BLOCK, out, used, *at < r->size);
}
