/* SPDX-License-Identifier: ISC */
/*
 * mxq hold, release, retry, bounce: what a postmaster wants becomes a record
 * of the journal, under the message's lock, and mxrun acts on it.
 */
#include <string.h>
#include <sysexits.h>

#include "done.h"
#include "mxq.h"

static const char bounced[] = "550 5.0.0 bounced by the postmaster";

static int hold(struct mxq *, const struct target *);
static int release(struct mxq *, const struct target *);
static int retry(struct mxq *, const struct target *);
static int bounce(struct mxq *, const struct target *);
static int append_fails(struct mxq *, struct message *);
static int append_release(struct mxq *, struct message *);
static int append_mark(struct mxq *, struct message *, const char *type);
static int wake(struct mxq *, const struct target *, struct message *);
static int schedule(struct mxq *, struct message *, time_t next);

int
mxq_hold(struct mxq *q, char *args[])
{
	return target_each(q, args, true, hold);
}

int
mxq_release(struct mxq *q, char *args[])
{
	return target_each(q, args, true, release);
}

int
mxq_retry(struct mxq *q, char *args[])
{
	return target_each(q, args, true, retry);
}

int
mxq_bounce(struct mxq *q, char *args[])
{
	return target_each(q, args, false, bounce);
}

static int
hold(struct mxq *q, const struct target *t)
{
	struct message m;
	int code = target_open(t, MESSAGE_LOCK, &m);

	if (code != EX_OK)
		return code;
	if ((!m.envelope->held &&
		(append_mark(q, &m, "hold") == -1 || message_sync(&m) == -1)) ||
	    schedule(q, &m, SPOOL_HELD) == -1)
		code = target_trouble(t->domain, t->id);
	else
		done_row(q, t, "held");
	message_close(&m);
	return code;
}

static int
release(struct mxq *q, const struct target *t)
{
	struct message m;
	int code = target_open(t, MESSAGE_LOCK, &m);

	if (code != EX_OK)
		return code;
	if (!m.envelope->held)
		code = done_not(t, "it is not held", EX_OK);
	else if (append_release(q, &m) == -1 || message_sync(&m) == -1 ||
	    schedule(q, &m, q->out.now) == -1)
		code = target_trouble(t->domain, t->id);
	else
		done_row(q, t, "released");
	message_close(&m);
	return code;
}

static int
retry(struct mxq *q, const struct target *t)
{
	struct message m;
	int code = target_open(t, MESSAGE_LOCK, &m);

	if (code != EX_OK)
		return code;
	if (m.envelope->held)
		code = done_not(t, "it is held; release it", MXQ_NONE);
	else if (wake(q, t, &m) == -1)
		code = target_trouble(t->domain, t->id);
	else
		done_row(q, t, "due");
	message_close(&m);
	return code;
}

/* A held message is released with the same sync: mxrun makes its DSN. */
static int
bounce(struct mxq *q, const struct target *t)
{
	struct message m;
	int code = target_open(t, MESSAGE_LOCK, &m);

	if (code != EX_OK)
		return code;
	if (envelope_count(m.envelope, RCPT_WAITING) == 0 &&
	    !(m.envelope->held && envelope_count(m.envelope, RCPT_FAILED) > 0))
		code = done_not(t, "no recipient waits", MXQ_NONE);
	else if (append_fails(q, &m) == -1 ||
	    append_mark(q, &m, "bounce") == -1 ||
	    (m.envelope->held && append_mark(q, &m, "release") == -1) ||
	    message_sync(&m) == -1 || wake(q, t, &m) == -1)
		code = target_trouble(t->domain, t->id);
	else
		done_row(q, t, "bounced");
	message_close(&m);
	return code;
}

static int
append_fails(struct mxq *q, struct message *m)
{
	struct record r;

	for (size_t i = 0; i < m->envelope->nrcpt; i++) {
		if (m->envelope->rcpt[i].state != RCPT_WAITING)
			continue;
		if (!event_fail(&r, i, q->out.now, "", bounced) ||
		    message_append(m, &r) == -1)
			return -1;
	}
	return 0;
}

/* What is held with failed recipients is held for want of a bounce. */
static int
append_release(struct mxq *q, struct message *m)
{
	if (envelope_count(m->envelope, RCPT_FAILED) > 0 &&
	    append_mark(q, m, "bounce") == -1)
		return -1;
	return append_mark(q, m, "release");
}

static int
append_mark(struct mxq *q, struct message *m, const char *type)
{
	struct record r;

	return event_mark(&r, type, q->out.now) ? message_append(m, &r) : -1;
}

/* Due now, and the domain too though its primary is down: the flag is what
 * ETRN leaves.  The flag comes last: mxrun takes it before it looks. */
static int
wake(struct mxq *q, const struct target *t, struct message *m)
{
	if (schedule(q, m, q->out.now) == -1)
		return -1;
	return spool_etrn_put(&q->spool, t->domain) == -1 ? -1 : 0;
}

/* What mxrun has counted as held does not hold any more. */
static int
schedule(struct mxq *q, struct message *m, time_t next)
{
	if (message_schedule(m, next, true) == -1)
		return -1;
	return spool_steer(&q->spool);
}
