/* SPDX-License-Identifier: ISC */
#include "deliver.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "expire.h"
#include "log.h"
#include "wire.h"

enum { SECOND = 1000, LOST_IN_A_ROW = 2 };

static bool make_room(struct delivery *, size_t);
static void hand_over(struct delivery *, struct message *);
static bool ask(struct delivery *, struct message *);
static bool is_unasked(const struct delivery *, const struct envelope *);
static bool is_heard(const struct delivery *, const struct envelope *);
static int64_t patience(const struct message *);
static void judge_age(struct delivery *, struct message *);

void
delivery_begin(struct delivery *d, const struct run *run, const struct job *job,
    struct due *due, int dir, struct report *report)
{
	memset(d, 0, sizeof *d);
	d->run = run;
	d->job = job;
	d->due = due;
	d->dir = dir;
	d->report = report;
	d->synced = wire_now();
	d->primary = job->primary;
}

void
delivery_try(struct delivery *d, struct message *m)
{
	struct envelope *e = m->envelope;

	d->at_rest = false;
	if (envelope_count(e, RCPT_WAITING) == 0) {
		settle(d, m); /* a kill came between the outcome and this */
		return;
	}
	if (!make_room(d, e->nrcpt))
		return;
	if (!connect_primary(d)) {
		delivery_expire(d, m);
		return;
	}
	hand_over(d, m);
	judge_age(d, m);
	settle(d, m);
}

void
delivery_expire(struct delivery *d, struct message *m)
{
	struct envelope *e = m->envelope;

	d->at_rest = false;
	if (d->no_such && e->about_id[0] != '\0')
		settle_failure(d, m, "", d->reason);
	else
		judge_age(d, m);
	if (envelope_count(e, RCPT_WAITING) == 0)
		settle(d, m);
}

void
delivery_end(struct delivery *d)
{
	disconnect(d);
	sync_directory(d, true);
	dns_free(d->dns);
	free(d->replies);
}

static bool
make_room(struct delivery *d, size_t n)
{
	struct reply *more;

	if (n <= d->room)
		return true;
	if ((more = reallocarray(d->replies, n, sizeof *more)) == NULL) {
		d->report->trouble = true;
		return false;
	}
	d->replies = more;
	d->room = n;
	return true;
}

/* A server may take fewer recipients at once than there are, and fewer
 * transactions in a session (RFC 9422). */
static void
hand_over(struct delivery *d, struct message *m)
{
	struct envelope *e = m->envelope;
	bool again;

	sender_id(d->sender, m->name);
	do {
		again = ask(d, m) && is_unasked(d, e);
		settle_replies(d, m);
	} while (
	    again && envelope_count(e, RCPT_WAITING) > 0 && connect_primary(d));
}

/* False when there is no sense in asking for the rest at once. */
static bool
ask(struct delivery *d, struct message *m)
{
	struct envelope *e = m->envelope;
	bool alive, heard;

	if (sender_mail(d->sender, e, m->fd, SPOOL_HEAD, m->length, patience(m),
		d->replies, &alive) == -1)
		alive = false;
	if (!alive)
		disconnect(d);
	heard = is_heard(d, e);
	if (heard)
		d->lost = 0;
	else if (!alive && ++d->lost >= LOST_IN_A_ROW)
		primary_is_down(d, "it closes the connection again and again");
	return heard;
}

static bool
is_unasked(const struct delivery *d, const struct envelope *e)
{
	for (size_t i = 0; i < e->nrcpt; i++) {
		if (e->rcpt[i].state == RCPT_WAITING &&
		    d->replies[i].code == 0 && d->replies[i].text[0] == '\0')
			return true;
	}
	return false;
}

/* The server said something about a recipient. */
static bool
is_heard(const struct delivery *d, const struct envelope *e)
{
	for (size_t i = 0; i < e->nrcpt; i++) {
		if (e->rcpt[i].state == RCPT_WAITING && d->replies[i].code != 0)
			return true;
	}
	return false;
}

/* mx-send keeps the limits of RFC 5321 4.5.3.2; this is for one that hangs. */
static int64_t
patience(const struct message *m)
{
	int64_t seconds = WAIT_MESSAGE + WAIT_END + WAIT_COMMAND +
	    (int64_t)(m->length / WAIT_RATE);

	return wire_now() + seconds * SECOND;
}

/* Called when an attempt has left some waiting, or none could be made. */
static void
judge_age(struct delivery *d, struct message *m)
{
	struct envelope *e = m->envelope;
	time_t now = time(NULL);
	struct record r;

	if (envelope_count(e, RCPT_WAITING) == 0)
		return;
	switch (expiry_of(e, d->run->conf, now)) {
	case EXPIRY_NO:
		return;
	case EXPIRY_FIRST:
		if (event_mark(&r, "expired", now) &&
		    message_append(m, &r) == 0 && message_sync(m) == 0)
			log_event(LOG_L_INFO, "expiring", "id", m->name,
			    "domain", d->job->domain, NULL);
		/* the append made it due now; that is too early */
		if (d->down)
			message_schedule(m, now + EXPIRE_AGAIN, false);
		due_later(d->due, now + EXPIRE_AGAIN);
		return;
	case EXPIRY_YES:
		if (e->last_reply[0] != '\0')
			settle_failure(d, m, e->last_host, e->last_reply);
		else
			settle_failure(d, m, "", d->reason);
	}
}
