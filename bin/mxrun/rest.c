/* SPDX-License-Identifier: ISC */
#include "rest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "backscatter.h"
#include "bounce.h"
#include "log.h"
#include "wire.h"

enum { SYNC_NAMES = 100, SYNC_MS = 1000 };

static enum dsn_action action_of(const struct envelope *);
static void settle_open(struct lane *, const char *dsn);
static void settle_closed(struct lane *, const char *dsn);
static time_t next_attempt(const struct lane *, time_t now);
static void release(struct lane *, const char *dsn);

void
settle(struct lane *l)
{
	struct delivery *d = l->d;
	struct envelope *e = l->message.envelope;
	bool failed = envelope_count(e, RCPT_FAILED) > 0;
	bool waiting = envelope_count(e, RCPT_WAITING) > 0;
	char dsn[ID_NAME + 1] = "";

	if (l->at_rest)
		return;
	if (failed && !backscatter_may_bounce(l)) {
		if (waiting)
			settle_open(l, NULL); /* it is asked again then */
		return;
	}
	if (failed &&
	    bounce_make(d->run, d->job, &l->message, action_of(e), dsn) == -1) {
		rest_trouble(l, "no-dsn");
		return; /* the journal keeps the fails for the next run */
	}
	if (failed) {
		d->report->bounced++;
		log_event(LOG_L_INFO, dsn[0] ? "bounced" : "dropped", "id",
		    l->message.name, "domain", d->job->domain, "to", e->sender,
		    "dsn", dsn, NULL);
	}
	if (waiting)
		settle_open(l, failed ? dsn : NULL);
	else
		settle_closed(l, dsn);
}

/* Who wants to hear of no failure may still be told who was relayed. */
static enum dsn_action
action_of(const struct envelope *e)
{
	return dsn_is_wanted(e, DSN_FAILED) ||
		envelope_count(e, RCPT_WAITING) > 0
	    ? DSN_FAILED
	    : DSN_RELAYED;
}

void
rest_relayed(struct lane *l)
{
	char dsn[ID_NAME + 1] = "";

	if (bounce_make(l->d->run, l->d->job, &l->message, DSN_RELAYED, dsn) ==
	    -1)
		rest_trouble(l, "no-dsn");
	settle_closed(l, dsn);
}

bool
rest_unlink(struct lane *l)
{
	bool gone = message_unlink(&l->message) == 0;

	if (!gone)
		rest_trouble(l, "not-unlinked");
	l->at_rest = true;
	l->d->gone++;
	l->d->unsynced++;
	sync_directory(l->d, false);
	return gone;
}

void
rest_trouble(struct lane *l, const char *what)
{
	log_event(LOG_L_ERROR, what, "id", l->message.name, "domain",
	    l->d->job->domain, "error", strerror(errno), NULL);
	l->d->report->trouble = true;
}

void
sync_directory(struct delivery *d, bool now)
{
	if (d->unsynced == 0 ||
	    (!now && d->unsynced < SYNC_NAMES &&
		wire_now() - d->synced < SYNC_MS))
		return;
	if (fsync(d->dir) == -1)
		d->report->trouble = true;
	d->unsynced = 0;
	d->synced = wire_now();
}

static void
settle_open(struct lane *l, const char *dsn)
{
	struct message *m = &l->message;
	time_t now = time(NULL), next = next_attempt(l, now);
	struct record r = {.len = 0};

	if (dsn != NULL) {
		if (!event_dsn(&r, m->envelope->dsns + 1, now, dsn) ||
		    message_append(m, &r) == -1)
			rest_trouble(l, "not-journalled");
		if (message_sync(m) == -1)
			rest_trouble(l, "not-synced");
		release(l, dsn);
	}
	if (message_schedule(m, next, false) == -1)
		rest_trouble(l, "not-scheduled");
	due_later(l->d->due, next);
}

/* What was refused while the first replies are looked at is due again as soon
 * as they have been. */
static time_t
next_attempt(const struct lane *l, time_t now)
{
	const struct envelope *e = l->message.envelope;

	if (l->provisional)
		return now;
	return backoff_next(&l->d->run->backoff, e->arrived, now, arc4random());
}

/* While the message is still there its DSN stays where the next run finds it:
 * released, it would be made once more. */
static void
settle_closed(struct lane *l, const char *dsn)
{
	if (!rest_unlink(l) || *dsn == '\0')
		return;
	sync_directory(l->d, true);
	release(l, dsn);
}

static void
release(struct lane *l, const char *dsn)
{
	if (*dsn == '\0' ||
	    bounce_release(l->d->run, l->message.envelope->sender, dsn) == 0)
		return;
	log_event(LOG_L_ERROR, "not-released", "id", dsn, "error",
	    strerror(errno), NULL);
	l->d->report->trouble = true;
}
