/* SPDX-License-Identifier: ISC */
/* One session and the message it carries, from the lock to its rest. */
#include <stdlib.h>
#include <string.h>

#include "delay.h"
#include "deliver.h"
#include "expire.h"
#include "log.h"
#include "outbound.h"
#include "wire.h"

enum { SECOND = 1000, LOST_IN_A_ROW = 2, ROOM_AGAIN = 60, LOOK_AGAIN = 3600 };

static bool needs_other(struct lane *);
static void not_opened(struct lane *);
static void refuse(struct lane *);
static void give_back(struct lane *);
static void begin(struct lane *);
static bool hand_over(struct lane *);
static bool go_on(struct lane *);
static void finish(struct lane *);
static void hear_outcome(struct lane *);
static void count_lost(struct lane *);
static void note_pace(struct lane *, int64_t ms);
static void expire(struct lane *);
static void judge_age(struct lane *);
static bool make_room(struct lane *, size_t);
static bool is_unasked(const struct lane *);
static bool is_heard(const struct lane *);
static int64_t patience(const struct message *);

void
lane_take(struct lane *l)
{
	struct envelope *e = l->message.envelope;

	l->at_rest = l->provisional = l->unmet = false;
	if (envelope_count(e, RCPT_WAITING) == 0) {
		settle(l); /* a kill came between the outcome and this */
		message_close(&l->message);
	} else if (!make_room(l, e->nrcpt)) {
		message_close(&l->message);
	} else if (l->state == LANE_IDLE && !connect_is_down(l) &&
	    !needs_other(l)) {
		begin(l);
	} else if (!connect_begin(l)) {
		not_opened(l);
	}
}

void
lane_hear(struct lane *l)
{
	if (l->state == LANE_BUSY)
		hear_outcome(l);
	else if (connect_hear(l))
		begin(l);
	else if (l->unmet || connect_is_down(l))
		not_opened(l);
	else
		give_back(l);
}

void
lane_give_up(struct lane *l)
{
	sender_kill(l->sender);
	l->sender = NULL;
	l->state = LANE_CLOSED;
	pace_refuse(
	    &l->d->pace, lanes_in(l->d, LANE_IDLE) + lanes_in(l->d, LANE_BUSY));
	give_back(l);
}

void
lane_end(struct lane *l)
{
	if (l->sender != NULL)
		disconnect(l);
	free(l->replies);
	l->replies = NULL;
}

unsigned
lanes_in(const struct delivery *d, enum lane_state state)
{
	unsigned n = 0;

	for (size_t i = 0; i < LANES_MAX; i++)
		n += d->lane[i].state == state;
	return n;
}

/* Mail with REQUIRETLS goes over a session that was opened for it, or for its
 * like; mail without, over any. */
static bool
needs_other(struct lane *l)
{
	if (l->sure || !outbound_is_choosy(l->message.envelope))
		return false;
	disconnect(l);
	return true;
}

static void
not_opened(struct lane *l)
{
	if (l->unmet)
		refuse(l);
	else
		expire(l);
}

/* No host is fit for this message; others may go to them. */
static void
refuse(struct lane *l)
{
	for (size_t i = 0; i < l->message.envelope->nrcpt; i++)
		l->replies[i] = l->server.reply;
	settle_replies(l);
	finish(l);
}

/* For another lane. */
static void
give_back(struct lane *l)
{
	struct delivery *d = l->d;

	for (size_t i = 0; i < d->due->n; i++) {
		if (strcmp(d->due->entry[i].name, l->message.name) != 0)
			continue;
		d->again[d->nagain++] = i;
		break;
	}
	message_close(&l->message);
}

/* Without room it stays as it is, and the others go on. */
static void
begin(struct lane *l)
{
	if (hand_over(l))
		return;
	due_later(l->d->due, time(NULL) + ROOM_AGAIN);
	message_close(&l->message);
}

static bool
hand_over(struct lane *l)
{
	struct message *m = &l->message;

	if (!settle_has_room(l))
		return false;
	l->state = LANE_BUSY;
	sender_id(l->sender, m->name);
	l->asked = wire_now();
	l->deadline = l->asked + patience(m);
	if (sender_ask_mail(l->sender, m->envelope,
		&(struct send_piece){m->fd, SPOOL_HEAD, m->length},
		l->deadline) == -1)
		l->deadline = l->asked; /* who was not asked does not answer */
	return true;
}

/* A server may take fewer recipients at once than there are, and fewer
 * transactions in a session (RFC 9422). */
static void
hear_outcome(struct lane *l)
{
	struct envelope *e = l->message.envelope;
	int64_t ms = wire_now() - l->asked;
	bool alive, heard, again;

	if (sender_hear_mail(l->sender, e, l->deadline, l->replies, &alive) ==
	    -1)
		alive = false;
	l->state = LANE_IDLE;
	if (!alive)
		disconnect(l);
	heard = is_heard(l);
	again = heard && is_unasked(l);
	note_pace(l, ms);
	settle_replies(l);
	if (heard)
		l->d->lost = 0;
	else if (!alive)
		count_lost(l);
	if (again && envelope_count(e, RCPT_WAITING) > 0 && go_on(l))
		return;
	finish(l);
}

/* With the recipients that were not asked yet. */
static bool
go_on(struct lane *l)
{
	if (l->state != LANE_IDLE)
		return connect_begin(l);
	return hand_over(l);
}

static void
finish(struct lane *l)
{
	judge_age(l);
	delay_tell(l);
	settle(l);
	message_close(&l->message);
}

/* A session that ended before its time, without a word on the message. */
static void
count_lost(struct lane *l)
{
	struct delivery *d = l->d;

	if (++d->lost >= LOST_IN_A_ROW && !d->away)
		primary_is_down(d, l->server.host,
		    "it closes the connection again and again");
}

static void
note_pace(struct lane *l, int64_t ms)
{
	bool pushed = false;

	for (size_t i = 0; i < l->message.envelope->nrcpt; i++)
		pushed |= pace_is_push_back(&l->replies[i]);
	if (pushed)
		pace_push_back(&l->d->pace);
	else
		pace_answer(&l->d->pace, ms);
}

/* The time of a message may be over while the primary is down. */
static void
expire(struct lane *l)
{
	struct envelope *e = l->message.envelope;

	if (l->d->no_such && e->about_id[0] != '\0')
		settle_failure(l, "", l->d->reason);
	else
		judge_age(l);
	delay_tell(l);
	if (envelope_count(e, RCPT_WAITING) == 0)
		settle(l);
	message_close(&l->message);
}

/* Called when an attempt has left some waiting, or none could be made. */
static void
judge_age(struct lane *l)
{
	struct message *m = &l->message;
	struct envelope *e = m->envelope;
	time_t now = time(NULL);
	struct record r;

	if (envelope_count(e, RCPT_WAITING) == 0)
		return;
	switch (expiry_of(e, l->d->run->conf, now)) {
	case EXPIRY_NO:
		return;
	case EXPIRY_FIRST:
		if (event_mark(&r, "expired", now) &&
		    message_append(m, &r) == 0 && message_sync(m) == 0)
			log_event(LOG_L_INFO, "expiring", "id", m->name,
			    "domain", l->d->job->domain, NULL);
		/* the append made it due now; that is too early */
		if (l->d->down)
			message_schedule(m, now + LOOK_AGAIN, false);
		due_later(l->d->due, now + LOOK_AGAIN);
		return;
	case EXPIRY_YES:
		if (e->last_reply[0] != '\0')
			settle_failure(l, e->last_host, e->last_reply);
		else
			settle_failure(l, "", l->d->reason);
	}
}

static bool
make_room(struct lane *l, size_t n)
{
	struct reply *more;

	if (n <= l->room)
		return true;
	if ((more = reallocarray(l->replies, n, sizeof *more)) == NULL) {
		l->d->report->trouble = true;
		return false;
	}
	l->replies = more;
	l->room = n;
	return true;
}

static bool
is_unasked(const struct lane *l)
{
	const struct envelope *e = l->message.envelope;

	for (size_t i = 0; i < e->nrcpt; i++) {
		if (e->rcpt[i].state == RCPT_WAITING &&
		    l->replies[i].code == 0 && l->replies[i].text[0] == '\0')
			return true;
	}
	return false;
}

/* The server said something about a recipient. */
static bool
is_heard(const struct lane *l)
{
	const struct envelope *e = l->message.envelope;

	for (size_t i = 0; i < e->nrcpt; i++) {
		if (e->rcpt[i].state == RCPT_WAITING && l->replies[i].code != 0)
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

	return seconds * SECOND;
}
