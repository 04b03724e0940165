/* SPDX-License-Identifier: ISC */
/*
 * The session with a primary that answers for us (through.h), by mx-send(8).
 * It is lost rather than waited for: what a client was told is kept here then.
 * Who has not answered in time is killed, so that no message is taken twice
 * but by a primary that had all of it, and was not heard any more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "callout.h"
#include "decision.h"
#include "inquiry.h"
#include "primaries.h"
#include "session.h"

enum { SECOND = 1000 };

static bool is_ready(
    struct inquiry *, const struct session *, int64_t, struct reply *mail);
static bool open_session(struct inquiry *, const struct session *, int64_t);
static bool set_manners(struct inquiry *, const struct session *);
static bool begin(
    struct inquiry *, const struct session *, int64_t, struct reply *mail);
static void leave(struct inquiry *, bool politely);
static bool ask_rcpt(struct inquiry *, const struct session *,
    const struct rcpt_params *, struct reply *);
static void send_message(struct inquiry *, const struct session *,
    const struct envelope *, struct reply *);
static bool is_lost(const struct reply *);
static enum through_answer lose(
    struct inquiry *, const struct session *, const struct reply *);
static enum through_answer tell(
    struct inquiry *, const struct session *, struct reply *);
static void hear(struct inquiry *, enum callout_result, const char *reply);
static void note(struct inquiry *, const struct session *, const char *outcome,
    const struct reply *);

bool
inquiry_goes_through(void *ctx, const struct session *s)
{
	struct inquiry *q = ctx;
	struct policy_db *p = disk_policy(q->disk);
	char mode[SETTING_LEN];
	struct state_db *state;
	struct verdicts v;
	struct primary primary;

	/* REQUIRETLS needs more of a session than is known at RCPT */
	if (p == NULL || s->mail.params.requiretls ||
	    policy_setting(p, "when_up", s->row.name, mode) != ANSWER_YES ||
	    strcmp(mode, "relay") != 0 ||
	    (policy_verdicts(p, "when_up", s->row.name, &v) == ANSWER_YES &&
		v.on_fail < VERDICT_DEFER) ||
	    (state = disk_state(q->disk)) == NULL)
		return false;
	state_primary(state, path_domain(s->rcpt), &primary);
	return !primary_returns(&primary) &&
	    (!primary_is_away(&primary) || primary.next_ask <= time(NULL));
}

enum through_answer
inquiry_through_rcpt(void *ctx, const struct session *s,
    const struct rcpt_params *params, struct reply *r)
{
	struct inquiry *q = ctx;

	q->through.began = wire_now();
	if (!ask_rcpt(q, s, params, r))
		return lose(q, s, r);
	return tell(q, s, r);
}

enum through_answer
inquiry_through_data(void *ctx, const struct session *s, struct reply *r)
{
	struct inquiry *q = ctx;
	struct through *t = &q->through;
	char id[ID_NAME + 1];
	struct envelope *e = accept_whole(q->disk, s, id);
	enum through_answer answer;

	t->began = wire_now();
	r->code = 0;
	*r->text = '\0';
	if (e != NULL && t->sender != NULL && t->serial == s->serial) {
		sender_id(t->sender, id);
		send_message(q, s, e, r);
	}
	envelope_free(e);
	t->serial = 0;
	if (is_lost(r))
		return lose(q, s, r);
	answer = tell(q, s, r);
	if (answer == THROUGH_TAKEN)
		accept_relayed(q->disk, s,
		    &(struct relayed){id, t->domain, t->server.host, r});
	return answer;
}

void
inquiry_through_end(struct inquiry *q)
{
	leave(q, true);
}

/* False: R says why the primary is lost, if anything. */
static bool
ask_rcpt(struct inquiry *q, const struct session *s,
    const struct rcpt_params *params, struct reply *r)
{
	int64_t deadline = wire_now() + (int64_t)THROUGH_COMMAND * SECOND;
	const struct rcpt rcpt = {
	    .mailbox = (char *)(uintptr_t)s->rcpt->mailbox,
	    .notify = params->notify,
	    .orcpt = (char *)(uintptr_t)params->orcpt};

	if (!is_ready(q, s, deadline, r))
		return false;
	if (r->code / 100 != 2) /* the sender is refused */
		return true;
	if (sender_rcpt(q->through.sender, &rcpt, deadline, r) == -1 ||
	    is_lost(r))
		return false;
	inquiry_learned(q, s, r);
	return true;
}

/* A transaction is open, or MAIL tells why not.  A session of an earlier
 * transaction may have ended meanwhile. */
static bool
is_ready(struct inquiry *q, const struct session *s, int64_t deadline,
    struct reply *mail)
{
	struct through *t = &q->through;
	bool used;

	reply_set(mail, 250, NULL, "%s", "");
	if (t->sender != NULL && t->serial == s->serial)
		return true;
	if (t->sender != NULL && strcmp(t->domain, path_domain(s->rcpt)) != 0)
		leave(q, true);
	used = t->sender != NULL;
	if (used && begin(q, s, deadline, mail))
		return true;
	leave(q, false);
	if (!open_session(q, s, deadline)) {
		*mail = t->server.reply;
		return false;
	}
	return begin(q, s, deadline, mail);
}

static bool
open_session(struct inquiry *q, const struct session *s, int64_t deadline)
{
	struct through *t = &q->through;
	bool opened;

	strlcpy(t->domain, path_domain(s->rcpt), sizeof t->domain);
	t->server = (struct send_answer){.status = SEND_TEMPORARY};
	if (!inquiry_find_primary(q, t->domain, &s->row, deadline)) {
		strlcpy(t->server.reply.text, q->route.reason,
		    sizeof t->server.reply.text);
		return false;
	}
	opened = (t->sender = sender_start(q->conf->libexec)) != NULL &&
	    set_manners(q, s) &&
	    sender_open(t->sender, q->conf->hostname, q->route.target,
		q->route.n, deadline, &t->server) == 0 &&
	    t->server.status == SEND_IS_OPEN &&
	    demand_check(&q->demand, &t->server);
	demand_free(&q->demand, &q->route);
	if (opened)
		hear(q, CALLOUT_GOOD, "");
	return opened;
}

/* As mxrun(8) would talk to it. */
static bool
set_manners(struct inquiry *q, const struct session *s)
{
	enum send_identity identity = IDENTITY_AUTO;
	char text[SETTING_LEN];

	if (policy_setting(disk_policy(q->disk), "identity", s->row.name,
		text) == ANSWER_YES &&
	    !send_identity_parse(text, &identity))
		return false;
	sender_identity(q->through.sender, identity);
	sender_authorities(q->through.sender, q->conf->tls_authorities);
	sender_limit(q->through.sender, THROUGH_COMMAND);
	return true;
}

static bool
begin(struct inquiry *q, const struct session *s, int64_t deadline,
    struct reply *mail)
{
	struct envelope *e = accept_head(s);
	bool begun;

	sender_limit(q->through.sender, THROUGH_COMMAND);
	begun = e != NULL &&
	    sender_begin(q->through.sender, e, s->mail.params.size, deadline,
		mail) == 0 &&
	    !is_lost(mail);
	envelope_free(e);
	q->through.serial = begun && mail->code / 100 == 2 ? s->serial : 0;
	return begun;
}

static void
leave(struct inquiry *q, bool politely)
{
	struct through *t = &q->through;

	if (politely)
		sender_stop(t->sender);
	else
		sender_kill(t->sender);
	t->sender = NULL;
	t->serial = 0;
}

/* All were taken in this transaction, so there is one answer for all. */
static void
send_message(struct inquiry *q, const struct session *s,
    const struct envelope *e, struct reply *r)
{
	int64_t deadline = wire_now() + (int64_t)THROUGH_DATA * SECOND;
	struct through *t = &q->through;
	struct reply *replies = calloc(e->nrcpt, sizeof *replies);
	const struct send_piece piece = {
	    inquiry_message(q, s), SPOOL_HEAD, s->mail.content.octets};
	bool alive = false;

	if (replies == NULL || piece.fd == -1) {
		free(replies);
		return;
	}
	sender_limit(t->sender, THROUGH_DATA);
	if (sender_ask_mail(t->sender, e, &piece, deadline) == -1)
		deadline = wire_now();
	sender_hear_mail(t->sender, e, deadline, replies, &alive);
	*r = replies[0];
	free(replies);
	if (!alive)
		leave(q, false);
}

/* 421 is said by one that goes away, whatever it is about. */
static bool
is_lost(const struct reply *r)
{
	return r->code == 0 || r->code == 421;
}

static enum through_answer
lose(struct inquiry *q, const struct session *s, const struct reply *r)
{
	char reason[CALLOUT_REPLY];

	if (r->code != 0)
		snprintf(reason, sizeof reason, "%d %s %.150s", r->code,
		    r->enhanced, r->text);
	else
		snprintf(reason, sizeof reason, "%.180s",
		    *r->text != '\0' ? r->text : "it gave no answer");
	leave(q, false);
	hear(q, CALLOUT_UNREACHABLE, reason);
	note(q, s, "unavailable", r);
	q->rcpt_asked[0] = '\0';
	return THROUGH_LOST;
}

/* The primary's answer, as ours. */
static enum through_answer
tell(struct inquiry *q, const struct session *s, struct reply *r)
{
	static const char *const general[] = {"2.0.0", "4.0.0", "5.0.0"};
	int class = r->code / 100;

	if (*r->enhanced == '\0')
		strlcpy(r->enhanced, general[class == 2 ? 0 : class - 3],
		    sizeof r->enhanced);
	note(q, s, class == 2 ? "pass" : "fail", r);
	return class == 2 ? THROUGH_TAKEN : THROUGH_REFUSED;
}

/* Of the domain that the session is for, or was to be. */
static void
hear(struct inquiry *q, enum callout_result result, const char *reply)
{
	struct callout_answer a = {.result = result};
	struct primary p;

	strlcpy(a.host, q->through.server.host, sizeof a.host);
	strlcpy(a.reply, reply, sizeof a.reply);
	state_primary(disk_state(q->disk), q->through.domain, &p);
	inquiry_heard(q, q->through.domain, &p, &a);
}

static void
note(struct inquiry *q, const struct session *s, const char *outcome,
    const struct reply *r)
{
	const char *verdict = r->code >= 500 ? "deny" : "defer";
	char reason[REASON_LEN];

	if (*outcome != 'f')
		verdict = "off";
	if (r->code == 0)
		snprintf(reason, sizeof reason, "lost: %.180s", r->text);
	else
		snprintf(reason, sizeof reason, "%.60s said %d %s %.150s",
		    q->through.server.host, r->code, r->enhanced, r->text);
	q->oracle.note(q, s,
	    &(struct noted){"when_up", outcome, verdict, reason, true,
		REMEMBER_NOT, (long)(wire_now() - q->through.began)});
}
