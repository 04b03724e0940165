/* SPDX-License-Identifier: ISC */
/*
 * What is due, in its order: small and old first, large ones behind them and
 * one at a time; where a primary returns, one canary before all others.
 */
#include "deliver.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "canary.h"
#include "delay.h"
#include "expire.h"
#include "log.h"
#include "outbound.h"
#include "wire.h"

enum {
	PROGRESS_MS = 1000,
	LOCKED_WAIT = 60,
	WORTH = 10,	/* messages that make another connection worth it */
	OPEN_MS = 1000, /* for another connection while one is idle */
	MINUTE_MS = 60000
};

static bool start_next(struct delivery *);
static struct lane *free_lane(struct delivery *);
static bool next_entry(struct delivery *, size_t *at);
static bool tells_client(const struct delivery *);
static bool is_due_here(const struct delivery *, const char *name);
static bool opens(struct lane *, const char *name);
static bool is_ready(struct lane *);
static bool may_be_told(const struct delivery *, const char *name);
static bool wait_for_lanes(struct delivery *);
static bool gave_up_waiting(struct delivery *);
static int64_t given_up(const struct delivery *, const struct lane *);
static bool is_over(const struct delivery *);
static int patience(const struct delivery *);
static void tell(struct delivery *);

void
delivery_begin(struct delivery *d, const struct work *w, struct due *due,
    struct report *report)
{
	const struct job *job = w->job;
	time_t now = time(NULL);

	memset(d, 0, sizeof *d);
	d->run = w->run;
	d->job = job;
	d->kept = w->kept;
	d->fd = w->fd;
	d->due = due;
	d->report = report;
	d->began = now;
	d->primary = job->primary;
	d->synced = d->told = wire_now();
	for (size_t i = 0; i < LANES_MAX; i++)
		d->lane[i].d = d;
	pace_begin(&d->pace, job->connections);
	doubt_begin(&d->doubt,
	    &(struct doubt_rule){job->handled ? job->settle_wait : 0,
		job->primary.doubt,
		primary_returns(&job->primary) || due->n >= DOUBT_FIRST},
	    now);
	learned_init(&d->learned, w->kept, job->handled);
	d->tally.route = &d->route;
	d->tally.demand = &d->demand;
}

void
delivery_run(struct delivery *d)
{
	if (primary_returns(&d->job->primary))
		canary_first(d->due, d->dir, &d->learned);
	lineup_begin(&d->lineup, d->due, d->dir);
	do {
		while (!stopping() && start_next(d))
			continue;
		tell(d);
	} while (wait_for_lanes(d));
	d->report->due = 0;
	refusal_end(d);
	if (!stopping())
		primary_has_settled(d);
}

void
delivery_end(struct delivery *d)
{
	for (size_t i = 0; i < LANES_MAX; i++) {
		if (d->lane[i].state == LANE_IDLE)
			disconnect_begin(&d->lane[i]);
	}
	for (size_t i = 0; i < LANES_MAX; i++)
		lane_end(&d->lane[i]);
	if (d->tally.n > 0)
		tally_end(&d->tally, kept_state(d->kept), d->job);
	learned_end(&d->learned);
	sync_directory(d, true);
	demand_free(&d->demand, &d->route);
}

/* False: there is nothing to begin with now. */
static bool
start_next(struct delivery *d)
{
	struct lane *l;
	size_t at;

	if (d->next > wire_now() || (l = free_lane(d)) == NULL ||
	    !next_entry(d, &at))
		return false;
	l->large = d->due->entry[at].large;
	if (!is_due_here(d, d->due->entry[at].name) ||
	    !opens(l, d->due->entry[at].name))
		return true;
	if (!is_ready(l)) {
		message_close(&l->message);
		return true;
	}
	lane_take(l);
	if (d->job->rate > 0 &&
	    (l->state == LANE_OPENING || l->state == LANE_BUSY))
		d->next = wire_now() + MINUTE_MS / d->job->rate;
	return true;
}

/* One that has a session, else one that may have one.  What is only being
 * opened is no reason to close what is open. */
static struct lane *
free_lane(struct delivery *d)
{
	unsigned open = lanes_in(d, LANE_IDLE) + lanes_in(d, LANE_BUSY);
	unsigned opening = lanes_in(d, LANE_OPENING);
	size_t left = d->due->n - d->at + d->nagain;
	struct lane *closed = NULL;

	for (size_t i = 0; i < LANES_MAX; i++) {
		struct lane *l = &d->lane[i];

		if (l->state == LANE_IDLE && open <= d->pace.allowed)
			return l;
		if (l->state == LANE_IDLE) {
			disconnect(l);
			open--;
		}
		if (l->state == LANE_CLOSED && closed == NULL)
			closed = l;
	}
	open += opening;
	if (open == 0 || d->away || d->no_such)
		return closed;
	return open < d->pace.allowed && left >= WORTH * open ? closed : NULL;
}

static bool
next_entry(struct delivery *d, size_t *at)
{
	if (d->nagain > 0) {
		*at = d->again[--d->nagain];
		return true;
	}
	if (d->at == d->due->n)
		return false;
	for (size_t i = 0; d->due->entry[d->at].large && i < LANES_MAX; i++) {
		if (d->lane[i].state >= LANE_OPENING && d->lane[i].large &&
		    d->lane[i].state != LANE_IDLE)
			return false;
	}
	if (d->at > 0 && d->at >= d->lineup.end && tells_client(d))
		lineup_sort(&d->lineup, d->due, d->at, d->dir);
	*at = d->at++;
	return true;
}

static bool
tells_client(const struct delivery *d)
{
	for (size_t i = 0; i < LANES_MAX; i++) {
		const struct lane *l = &d->lane[i];

		if (l->state == LANE_IDLE || l->state == LANE_BUSY)
			return outbound_tells_client(d->job, &l->server);
	}
	return false;
}

/* While the primary is down, messages are left alone as long as they can be;
 * but which of them do not care about TLS their envelopes tell. */
static bool
is_due_here(const struct delivery *d, const char *name)
{
	return (!d->away && !d->no_such) || d->job->forced ||
	    may_be_told(d, name);
}

static bool
opens(struct lane *l, const char *name)
{
	struct delivery *d = l->d;

	switch (message_open(&l->message, d->dir, name, MESSAGE_LOCK)) {
	case MESSAGE_OK:
		return true;
	case MESSAGE_GONE:
		return false;
	case MESSAGE_BUSY:
		due_later(d->due, time(NULL) + LOCKED_WAIT);
		return false;
	case MESSAGE_BAD:
		spool_set_aside(&d->run->spool, d->job->domain, d->dir, name);
		log_event(LOG_L_ERROR, "set-aside", "id", name, "domain",
		    d->job->domain, NULL);
		break;
	case MESSAGE_ERROR:
		log_event(LOG_L_ERROR, "not-opened", "id", name, "domain",
		    d->job->domain, "error", strerror(errno), NULL);
		due_later(d->due, time(NULL) + LOCKED_WAIT);
	}
	d->report->trouble = true;
	return false;
}

/* Between the listing and the lock another may have tried or held it. */
static bool
is_ready(struct lane *l)
{
	const struct message *m = &l->message;
	time_t now = time(NULL);

	if (m->envelope->held)
		return false;
	if (l->d->job->forced || m->next <= now ||
	    !due_is_believable(
		m->next, backoff_longest(&l->d->run->backoff), now))
		return true;
	due_later(l->d->due, m->next);
	return false;
}

/* The name tells when it came; only such a message is opened: its time is
 * over, or its sender is to be told that it waits. */
static bool
may_be_told(const struct delivery *d, const char *name)
{
	const struct conf *c = d->run->conf;
	unsigned limit =
	    c->dsn_expire < c->bounce_after ? c->dsn_expire : c->bounce_after;

	if (d->job->delay_notice &&
	    delay_is_near(id_time(name), d->job->usage.delays, time(NULL)))
		return true;
	return d->no_such ||
	    time(NULL) - id_time(name) > expiry_seen((time_t)limit) ||
	    strchr(name, '-') != NULL;
}

/* Until one of them has something to say; each is heard out where that can not
 * be seen.  False: all is done. */
static bool
wait_for_lanes(struct delivery *d)
{
	struct pollfd p[LANES_MAX];
	int64_t now;
	bool blind;

	if (gave_up_waiting(d))
		return true;
	if (is_over(d))
		return false;
	for (size_t i = 0; i < LANES_MAX; i++) {
		bool asked = d->lane[i].state == LANE_OPENING ||
		    d->lane[i].state == LANE_BUSY;

		p[i] = (struct pollfd){
		    .fd = asked ? sender_fd(d->lane[i].sender) : -1,
		    .events = POLLIN};
	}
	blind = poll(p, LANES_MAX, patience(d)) == -1 && errno != EINTR;
	now = wire_now();
	for (size_t i = 0; i < LANES_MAX; i++) {
		if (p[i].fd != -1 &&
		    (blind || p[i].revents != 0 || d->lane[i].deadline <= now))
			lane_hear(&d->lane[i]);
	}
	return true;
}

/* What waits for a connection that does not come goes over one that is there;
 * a server may have no more than one at a time. */
static bool
gave_up_waiting(struct delivery *d)
{
	int64_t now = wire_now();
	bool gave_up = false;

	for (size_t i = 0; i < LANES_MAX; i++) {
		if (given_up(d, &d->lane[i]) <= now) {
			lane_give_up(&d->lane[i]);
			gave_up = true;
		}
	}
	return gave_up;
}

/* When that is, if nothing comes. */
static int64_t
given_up(const struct delivery *d, const struct lane *l)
{
	if (l->state != LANE_OPENING)
		return INT64_MAX;
	if (stopping())
		return 0;
	if (lanes_in(d, LANE_IDLE) == 0)
		return INT64_MAX;
	return l->asked + OPEN_MS > d->next ? l->asked + OPEN_MS : d->next;
}

static bool
is_over(const struct delivery *d)
{
	if (lanes_in(d, LANE_OPENING) + lanes_in(d, LANE_BUSY) > 0)
		return false;
	return stopping() || (d->at == d->due->n && d->nagain == 0);
}

/* Milliseconds until something has to be done, whatever comes. */
static int
patience(const struct delivery *d)
{
	int64_t now = wire_now(), until = now + PROGRESS_MS;

	for (size_t i = 0; i < LANES_MAX; i++) {
		const struct lane *l = &d->lane[i];

		if ((l->state == LANE_OPENING || l->state == LANE_BUSY) &&
		    l->deadline < until)
			until = l->deadline;
		if (given_up(d, l) < until)
			until = given_up(d, l);
	}
	if (d->next > now && d->next < until)
		until = d->next;
	return until <= now ? 0 : (int)(until - now);
}

static void
tell(struct delivery *d)
{
	d->report->due = (unsigned)(d->due->n - d->at + d->nagain);
	if (wire_now() - d->told <= PROGRESS_MS)
		return;
	d->told = wire_now();
	report_tell(d->fd, d->report);
}
