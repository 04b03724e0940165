/* SPDX-License-Identifier: ISC */
/*
 * A mail transaction (RFC 5321 3.3), in as few flights as the server allows:
 * everything at once with PIPELINING (RFC 2920) and CHUNKING (RFC 3030),
 *
 *	C: MAIL FROM:<a@example.org> SIZE=4096
 *	C: RCPT TO:<b@example.net>
 *	C: BDAT 4096 LAST
 *	C: <4096 octets>
 *	S: 250 2.1.0 Ok
 *	S: 250 2.1.5 Ok
 *	S: 250 2.0.0 Queued
 *
 * or up to DATA with PIPELINING alone, or command by command.  A large body
 * waits until a recipient is accepted.
 */
#include "mail.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "body.h"
#include "command.h"
#include "identity.h"
#include "refuse.h"

enum {
	FLIGHT = 16 * 1024, /* commands sent before their replies are read: the
			       replies must fit into the kernel's buffers, or
			       both sides wait for ever (RFC 2920 3.1) */
	LARGE = 64 * 1024   /* a body that is not sent in vain */
};

struct transaction {
	struct session *s;
	struct send_request *r;
	size_t n;	   /* recipients in it: the first N of the request */
	size_t asked;	   /* of them in commands so far */
	size_t heard;	   /* of them replied to */
	size_t accepted;   /* with 2xx */
	unsigned forwards; /* XFORWARD commands not replied to */
	bool mail_heard;
	struct reply mail;
	size_t len;
	char flight[FLIGHT];
};

static void begin_and_send(struct transaction *);
static void go_on(struct transaction *);
static bool is_begun(struct session *);
static void transact(struct transaction *);
static int64_t time_for(const struct send_request *);
static bool send_envelope(struct transaction *);
static bool send_forward(struct transaction *);
static bool add_command(struct transaction *, const char *);
static bool flush(struct transaction *, bool more);
static bool hear(struct transaction *);
static bool hear_mail(struct transaction *);
static bool hear_recipient(struct transaction *, struct send_rcpt *);
static bool too_many(const struct transaction *, const struct reply *);
static void send_all(struct transaction *);
static void send_chunk(struct transaction *);
static bool send_counted(struct transaction *);
static void send_data(struct transaction *);
static void send_text(struct transaction *);
static void hear_early(struct transaction *);
static void hear_outcome(struct transaction *);
static bool is_last_word(struct session *);
static void settle(struct transaction *, const struct reply *);

bool
mail_send(struct session *s, struct send_request *r)
{
	struct transaction t = {.s = s, .r = r, .n = r->nrcpt};

	if (r->begun)
		go_on(&t);
	else
		begin_and_send(&t);
	if (s->resting)
		return true;
	if (session_is_open(s)) /* who is left is asked for again */
		return s->ehlo.mail_max == 0 || s->mails < s->ehlo.mail_max;
	answer_all(r, 0, NULL, s->why);
	return false;
}

bool
mail_start(struct session *s)
{
	struct reply r;

	if (!session_is_quiet(s, STEP_MAIL))
		return false;
	if (s->unclean) {
		if (!session_command(s, STEP_RSET, "RSET\r\n", &r) ||
		    !session_is_open(s))
			return false;
		if (r.code != 250)
			return session_said(s, STEP_RSET, &r);
	}
	s->unclean = true;
	s->begun = s->listening = false;
	s->mails++;
	return true;
}

static void
begin_and_send(struct transaction *t)
{
	struct session *s = t->s;

	if ((identity_show(s, t->r) && refuse_locally(t->r, s)) ||
	    !session_is_open(s) || !mail_start(s))
		return;
	if (s->ehlo.rcpt_max > 0 && t->n > s->ehlo.rcpt_max)
		t->n = s->ehlo.rcpt_max;
	transact(t);
	s->until = INT64_MAX;
}

/* The message of a transaction that was said step by step. */
static void
go_on(struct transaction *t)
{
	if (!is_begun(t->s) || refuse_locally(t->r, t->s))
		return;
	t->s->until = time_for(t->r);
	t->mail_heard = true;
	t->mail.code = 250;
	t->asked = t->heard = t->accepted = t->n;
	for (size_t i = 0; i < t->n; i++)
		t->r->rcpt[i].reply.code = 250;
	if (t->s->ehlo.chunking)
		send_chunk(t);
	else
		send_data(t);
	t->s->until = INT64_MAX;
}

/* It was not lost meanwhile. */
static bool
is_begun(struct session *s)
{
	bool begun = session_is_open(s) && s->begun;

	if (!begun)
		session_lost(s, STEP_DATA, "no transaction is open with");
	s->begun = false;
	return begun;
}

static void
transact(struct transaction *t)
{
	const struct ehlo *e = &t->s->ehlo;
	bool at_once;

	at_once = e->pipelining && e->chunking && body_size(t->r) <= LARGE;
	t->s->until = time_for(t->r);
	if (!send_envelope(t))
		return;
	if (at_once)
		send_all(t);
	else if (e->pipelining && !e->chunking)
		send_data(t);
	else if (flush(t, false) && hear(t) && t->accepted > 0) {
		if (e->chunking)
			send_chunk(t);
		else
			send_data(t);
	}
}

static int64_t
time_for(const struct send_request *r)
{
	return wire_now() +
	    (WAIT_MESSAGE + (int64_t)(body_size(r) / WAIT_RATE)) * 1000;
}

/* MAIL and RCPT; what is in the flight when it returns is still to be sent. */
static bool
send_envelope(struct transaction *t)
{
	bool one_by_one = !t->s->ehlo.pipelining;
	char line[COMMAND_LINE];

	command_mail(t->r, &t->s->ehlo, line);
	if (!send_forward(t) || !add_command(t, line))
		return false;
	for (size_t i = 0; i < t->n; i++, t->asked++) {
		if (t->r->rcpt[i].answered)
			continue;
		if (one_by_one && (!flush(t, false) || !hear(t)))
			return false;
		command_rcpt(&t->r->rcpt[i], &t->s->ehlo, line);
		if (!add_command(t, line))
			return false;
	}
	return true;
}

static bool
send_forward(struct transaction *t)
{
	char text[XFORWARD_TEXT];

	t->forwards = identity_forward(t->s, t->r, text);
	if (t->forwards == 0)
		return true;
	if (t->s->ehlo.pipelining)
		return add_command(t, text);
	return session_push(t->s, STEP_XFORWARD, text, strlen(text), false) &&
	    identity_hear(t->s, &t->forwards);
}

/* Makes room first, by hearing what was asked. */
static bool
add_command(struct transaction *t, const char *line)
{
	size_t n = strlen(line);

	if (t->len + n > sizeof t->flight && (!flush(t, false) || !hear(t)))
		return false;
	memcpy(t->flight + t->len, line, n);
	t->len += n;
	return true;
}

static bool
flush(struct transaction *t, bool more)
{
	enum step step = t->mail_heard ? STEP_RCPT : STEP_MAIL;
	size_t n = t->len;

	t->len = 0;
	return session_push(t->s, step, t->flight, n, more);
}

/* The replies to MAIL and to the recipients asked.  False ends the
 * transaction: no sender, or no session. */
static bool
hear(struct transaction *t)
{
	if (!identity_hear(t->s, &t->forwards) ||
	    (!t->mail_heard && !hear_mail(t)))
		return false;
	while (t->heard < t->asked) {
		struct send_rcpt *rcpt = &t->r->rcpt[t->heard++];

		if (!rcpt->answered && !hear_recipient(t, rcpt))
			return false;
	}
	if (t->mail.code / 100 == 2)
		return true;
	t->s->unclean = t->accepted > 0;
	answer_all(t->r, t->mail.code, t->mail.enhanced, t->mail.text);
	return false;
}

static bool
hear_mail(struct transaction *t)
{
	t->mail_heard = true;
	if (!session_reply(t->s, STEP_MAIL, &t->mail, NULL) ||
	    !session_is_open(t->s))
		return false;
	if (t->mail.code / 100 == 3)
		return session_said(t->s, STEP_MAIL, &t->mail);
	return true;
}

static bool
hear_recipient(struct transaction *t, struct send_rcpt *rcpt)
{
	struct reply r;

	if (!session_reply(t->s, STEP_RCPT, &r, NULL) || !session_is_open(t->s))
		return false;
	if (r.code / 100 == 3)
		return session_said(t->s, STEP_RCPT, &r);
	if (t->mail.code / 100 != 2) {
		t->accepted += r.code / 100 == 2;
		return true; /* only counted: MAIL's reply is the answer */
	}
	if (too_many(t, &r))
		return true; /* the next transaction's */
	rcpt->reply = r;
	if (r.code / 100 == 2)
		t->accepted++;
	else
		rcpt->answered = true;
	return true;
}

/* RFC 5321 4.5.3.1.10: 452, by older servers 552, is not about this recipient
 * but about their number. */
static bool
too_many(const struct transaction *t, const struct reply *r)
{
	if (t->accepted == 0 || (r->code != 452 && r->code != 552))
		return false;
	return *r->enhanced == '\0' || strcmp(r->enhanced + 1, ".5.3") == 0;
}

/* The message in the flight of its envelope.  BDAT is answered even when
 * nothing came of MAIL or RCPT (RFC 3030 2). */
static void
send_all(struct transaction *t)
{
	struct reply r;

	if (!send_counted(t))
		return;
	if (hear(t) && t->accepted > 0)
		hear_outcome(t);
	else if (session_is_open(t->s))
		session_reply(t->s, STEP_END, &r, NULL);
}

/* The message after its envelope. */
static void
send_chunk(struct transaction *t)
{
	if (!session_is_quiet(t->s, STEP_DATA))
		return;
	t->s->listening = true;
	if (send_counted(t))
		hear_outcome(t);
	else
		hear_early(t);
}

static bool
send_counted(struct transaction *t)
{
	char line[48];

	snprintf(
	    line, sizeof line, "BDAT %" PRIu64 " LAST\r\n", body_size(t->r));
	return add_command(t, line) && flush(t, body_size(t->r) > 0) &&
	    body_send_counted(t->s, t->r);
}

/* DATA, in the flight of the envelope if that is still to go. */
static void
send_data(struct transaction *t)
{
	struct reply r;
	bool wanted;

	if (!add_command(t, "DATA\r\n") || !flush(t, false))
		return;
	wanted = hear(t) && t->accepted > 0;
	if (!session_is_open(t->s) ||
	    !session_reply(t->s, STEP_DATA, &r, NULL) || !session_is_open(t->s))
		return;
	if (r.code == 354 && wanted)
		send_text(t);
	else if (r.code == 354) /* RFC 2920 3.1: the least that ends it */
		session_command(t->s, STEP_END, ".\r\n", &r);
	else if (r.code < 400)
		session_said(t->s, STEP_DATA, &r);
	else if (wanted)
		settle(t, &r);
}

static void
send_text(struct transaction *t)
{
	t->s->listening = true;
	if (body_send_stuffed(t->s, t->r))
		hear_outcome(t);
	else
		hear_early(t);
}

/* The server did not wait for the end; what it said before it had the whole
 * message can only be a refusal. */
static void
hear_early(struct transaction *t)
{
	if (t->s->said.code >= 400)
		settle(t, &t->s->said);
}

/* The reply that hands over responsibility (RFC 5321 4.2.5). */
static void
hear_outcome(struct transaction *t)
{
	struct reply r;

	if (!session_reply(t->s, STEP_END, &r, NULL))
		return;
	if (r.code / 100 == 3) {
		session_said(t->s, STEP_END, &r);
		return;
	}
	if (r.code / 100 == 2 && !is_last_word(t->s))
		return;
	t->s->unclean = false;
	settle(t, &r);
}

/* More input right behind a 2xx: the dialogue is out of step, and the 2xx
 * perhaps not about the message.  Only a 421 may follow. */
static bool
is_last_word(struct session *s)
{
	struct reply r;

	if (wire_pending(&s->wire) == 0)
		return true;
	if (!session_reply(s, STEP_END, &r, NULL))
		return false;
	return r.code == 421 || session_said(s, STEP_END, &r);
}

/* The message's fate is that of every recipient who was accepted. */
static void
settle(struct transaction *t, const struct reply *r)
{
	for (size_t i = 0; i < t->heard; i++) {
		struct send_rcpt *rcpt = &t->r->rcpt[i];

		if (rcpt->answered || rcpt->reply.code / 100 != 2)
			continue;
		rcpt->answered = true;
		rcpt->reply = *r;
	}
}
