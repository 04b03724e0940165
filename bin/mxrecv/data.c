/* SPDX-License-Identifier: ISC */
/*
 * DATA (RFC 5321 4.1.1.4) and BDAT (RFC 3030):
 *
 *	C: BDAT 86 LAST
 *	C: … 86 octets …
 *	S: 250 2.0.0 Queued as 6740fe1a0c8f21b5d3e9 for relay to example.com
 *
 * A chunk is read to its end whatever becomes of it: its octets are mail, and
 * must not be taken for commands.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checks.h"
#include "through.h"
#include "verbs.h"

static bool parse_chunk(struct session *, const char *arg);
static void say_no_transaction(const struct session *, struct reply *);
static void open_content(struct session *, enum frame_kind);
static void finish(struct session *, struct reply *);
static bool hand_on(struct session *, struct reply *);
static bool commit(struct session *, struct reply *);

enum next
verb_data(struct session *s, const char *arg, size_t n, struct reply *r)
{
	(void)arg;
	(void)n;
	if (s->phase != PHASE_RCPT) {
		say_no_transaction(s, r);
		return NEXT_LINE;
	}
	open_content(s, FRAME_DATA);
	if (s->mail.content.refusal.code != 0) {
		*r = s->mail.content.refusal;
		session_reset(s);
		return NEXT_LINE;
	}
	reply_set(r, 354, NULL, "Go ahead, end with <CR><LF>.<CR><LF>");
	return NEXT_DATA;
}

enum next
verb_bdat(struct session *s, const char *arg, size_t n, struct reply *r)
{
	(void)n;
	if (!parse_chunk(s, arg)) {
		reply_set(r, 501, "5.5.4", "Syntax: BDAT octets [LAST]");
		return NEXT_LINE;
	}
	if (s->phase == PHASE_RCPT) {
		open_content(s, FRAME_BDAT);
		s->phase = PHASE_BDAT;
	}
	return NEXT_CHUNK;
}

size_t
session_data(struct session *s, const char *octets, size_t n, bool *ended)
{
	size_t used = 0;

	while (used < n && !s->mail.content.frame.ended)
		used += content_push(s, octets + used, n - used);
	*ended = s->mail.content.frame.ended;
	return used;
}

enum next
session_data_end(struct session *s, struct reply *r)
{
	finish(s, r);
	return NEXT_LINE;
}

void
session_chunk(struct session *s, const char *octets, size_t n)
{
	s->chunk -= n;
	if (!s->mail.content_open)
		return;
	while (n > 0) {
		size_t used = content_push(s, octets, n);

		octets += used;
		n -= used;
	}
}

enum next
session_chunk_end(struct session *s, struct reply *r)
{
	if (!s->mail.content_open) {
		say_no_transaction(s, r);
	} else if (s->last_chunk || s->mail.content.refusal.code != 0) {
		finish(s, r);
	} else {
		reply_set(r, 250, "2.0.0", "%" PRIu64 " octets so far",
		    s->mail.content.octets);
	}
	return NEXT_LINE;
}

/* "86 LAST", "86"; more digits than fit are a chunk that never ends. */
static bool
parse_chunk(struct session *s, const char *arg)
{
	char *end;

	if (*arg < '0' || *arg > '9')
		return false;
	s->chunk = strtoull(arg, &end, 10);
	s->last_chunk = false;
	if (*end == '\0')
		return true;
	if (*end != ' ' && *end != '\t')
		return false;
	end += strspn(end, " \t");
	s->last_chunk = true;
	return strcasecmp(end, "LAST") == 0;
}

static void
say_no_transaction(const struct session *s, struct reply *r)
{
	if (s->phase == PHASE_MAIL && s->mail.refused > 0)
		reply_set(r, 554, "5.5.1", "No valid recipients");
	else if (s->phase == PHASE_MAIL)
		reply_set(r, 503, "5.5.1", "Send RCPT TO first");
	else if (s->phase == PHASE_CONNECTED)
		reply_set(r, 503, "5.5.1", "Send EHLO first");
	else
		reply_set(r, 503, "5.5.1", "Send MAIL FROM first");
}

static void
open_content(struct session *s, enum frame_kind kind)
{
	s->mail.content_open = true;
	content_begin(s, kind);
}

/* The whole message is here, or enough of it to refuse it. */
static void
finish(struct session *s, struct reply *r)
{
	struct content *c = &s->mail.content;

	content_finish(s);
	if (c->refusal.code != 0)
		*r = c->refusal;
	else if (checks_run(s, STAGE_DATA, r) && hand_on(s, r)) {
		s->count.messages++;
		s->count.recipients += s->mail.rcpts.n;
		s->count.octets += c->octets;
	}
	session_reset(s);
}

/* To the primary where that answers for us, else to the queue. */
static bool
hand_on(struct session *s, struct reply *r)
{
	bool taken;

	return through_data(s, r, &taken) ? taken : commit(s, r);
}

static bool
commit(struct session *s, struct reply *r)
{
	char receipt[RECEIPT_TEXT];

	if (s->store->commit(s->store->ctx, s, receipt)) {
		reply_set(r, 250, "2.0.0", "Queued as %s", receipt);
		return true;
	}
	if (errno == ENOSPC || errno == EDQUOT)
		reply_set(
		    r, 452, "4.3.1", "Not enough space here; try again later");
	else
		reply_set(r, 451, "4.3.0",
		    "The message could not be stored; try again later");
	return false;
}
