/* SPDX-License-Identifier: ISC */
/*
 * From replies to the disk.  A message whose recipients are all delivered is
 * unlinked at once: between the primary's 250 and that there is nothing that
 * waits.  Everything else is journalled and synced before the next step.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bounce.h"
#include "deliver.h"
#include "log.h"
#include "outcome.h"
#include "wire.h"

enum { SYNC_NAMES = 100, SYNC_MS = 1000 };

static bool is_all_done(const struct delivery *, const struct envelope *);
static void finish_delivered(struct delivery *, struct message *);
static void log_delivered(struct delivery *, struct message *);
static bool journal(struct delivery *, struct message *, size_t rcpt);
static void journal_try(struct delivery *, struct message *, size_t rcpt);
static void append(
    struct delivery *, struct message *, struct record *, bool fits);
static void sync_message(struct delivery *, struct message *);
static void settle_open(struct delivery *, struct message *, const char *dsn);
static void settle_closed(struct delivery *, struct message *, const char *dsn);
static void release(struct delivery *, const char *sender, const char *dsn);
static bool unlink_message(struct delivery *, struct message *);
static void trouble(
    struct delivery *, const struct message *, const char *what);
static void log_rcpt(const struct delivery *, const struct message *,
    const char *event, size_t rcpt, const char *host, const char *reply);

void
settle_replies(struct delivery *d, struct message *m)
{
	struct envelope *e = m->envelope;
	size_t last = e->nrcpt; /* the last that waits */

	if (is_all_done(d, e)) {
		finish_delivered(d, m);
		return;
	}
	for (size_t i = 0; i < e->nrcpt; i++) {
		if (e->rcpt[i].state == RCPT_WAITING && !journal(d, m, i) &&
		    outcome_of(&d->replies[i]) == OUTCOME_WAITS)
			last = i;
	}
	if (last < e->nrcpt)
		journal_try(d, m, last);
	sync_message(d, m);
}

void
settle_failure(
    struct delivery *d, struct message *m, const char *host, const char *reply)
{
	struct envelope *e = m->envelope;
	struct record r = {.len = 0};

	for (size_t i = 0; i < e->nrcpt; i++) {
		if (e->rcpt[i].state != RCPT_WAITING)
			continue;
		append(d, m, &r, event_fail(&r, i, time(NULL), host, reply));
		log_rcpt(d, m, "failed", i, host, reply);
	}
	sync_message(d, m);
}

/* Brings a message to rest: unlinked, or waiting for its next attempt. */
void
settle(struct delivery *d, struct message *m)
{
	struct envelope *e = m->envelope;
	bool failed = envelope_count(e, RCPT_FAILED) > 0;
	bool waiting = envelope_count(e, RCPT_WAITING) > 0;
	char dsn[ID_NAME + 1] = "";

	if (d->at_rest)
		return;
	if (failed && bounce_make(d->run, d->job, m, DSN_FAILED, dsn) == -1) {
		trouble(d, m, "no-dsn");
		return; /* the journal keeps the fails for the next run */
	}
	if (failed) {
		d->report->bounced++;
		log_event(LOG_L_INFO, dsn[0] ? "bounced" : "dropped", "id",
		    m->name, "domain", d->job->domain, "to", e->sender, "dsn",
		    dsn, NULL);
	}
	if (waiting)
		settle_open(d, m, failed ? dsn : NULL);
	else
		settle_closed(d, m, dsn);
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

static bool
is_all_done(const struct delivery *d, const struct envelope *e)
{
	for (size_t i = 0; i < e->nrcpt; i++) {
		if (e->rcpt[i].state == RCPT_FAILED ||
		    (e->rcpt[i].state == RCPT_WAITING &&
			outcome_of(&d->replies[i]) != OUTCOME_DONE))
			return false;
	}
	return true;
}

/* NOTIFY=SUCCESS at a server that knows no DSN makes it ours to say
 * (RFC 3461 5.2.2). */
static void
finish_delivered(struct delivery *d, struct message *m)
{
	bool tells = strstr(d->server.ext, "DSN") != NULL, asked = false;
	struct envelope *e = m->envelope;
	char dsn[ID_NAME + 1] = "";

	for (size_t i = 0; i < e->nrcpt; i++)
		asked |= (e->rcpt[i].notify & NOTIFY_SUCCESS) != 0;
	if ((tells || !asked) && unlink_message(d, m)) {
		log_delivered(d, m);
		return;
	}
	for (size_t i = 0; i < e->nrcpt; i++) {
		if (e->rcpt[i].state == RCPT_WAITING)
			journal(d, m, i);
	}
	sync_message(d, m);
	if (tells || !asked)
		return; /* it could not be unlinked, but is done with */
	if (bounce_make(d->run, d->job, m, DSN_RELAYED, dsn) == -1)
		trouble(d, m, "no-dsn");
	settle_closed(d, m, dsn);
}

/* Of a message that is gone: there is no journal to write any more. */
static void
log_delivered(struct delivery *d, struct message *m)
{
	struct envelope *e = m->envelope;
	char text[OUTCOME_TEXT];

	for (size_t i = 0; i < e->nrcpt; i++) {
		if (e->rcpt[i].state != RCPT_WAITING)
			continue;
		e->rcpt[i].state = RCPT_DELIVERED;
		outcome_text(&d->replies[i], text);
		log_rcpt(d, m, "delivered", i, d->server.host, text);
		d->report->delivered++;
	}
}

/* True when the reply of a waiting recipient is final. */
static bool
journal(struct delivery *d, struct message *m, size_t i)
{
	enum outcome outcome = outcome_of(&d->replies[i]);
	char text[OUTCOME_TEXT];
	time_t now = time(NULL);
	struct record r = {.len = 0};

	outcome_text(&d->replies[i], text);
	if (outcome == OUTCOME_DONE)
		append(d, m, &r, event_done(&r, i, now, d->server.host, text));
	else if (outcome == OUTCOME_FAILED)
		append(d, m, &r, event_fail(&r, i, now, d->server.host, text));
	else
		return false;
	if (outcome == OUTCOME_DONE)
		d->report->delivered++;
	log_rcpt(d, m, outcome == OUTCOME_DONE ? "delivered" : "failed", i,
	    d->server.host, text);
	return true;
}

static void
journal_try(struct delivery *d, struct message *m, size_t i)
{
	char text[OUTCOME_TEXT];
	struct record r = {.len = 0};

	outcome_text(&d->replies[i], text);
	append(d, m, &r, event_try(&r, time(NULL), d->server.host, text));
	d->report->deferred++;
	log_event(LOG_L_INFO, "deferred", "id", m->name, "domain",
	    d->job->domain, "to", m->envelope->rcpt[i].mailbox, "host",
	    d->server.host, "reply", text, NULL);
}

static void
append(struct delivery *d, struct message *m, struct record *r, bool fits)
{
	if (!fits || message_append(m, r) == -1)
		trouble(d, m, "not-journalled");
}

static void
sync_message(struct delivery *d, struct message *m)
{
	if (message_sync(m) == -1)
		trouble(d, m, "not-synced");
}

static void
settle_open(struct delivery *d, struct message *m, const char *dsn)
{
	struct envelope *e = m->envelope;
	time_t now = time(NULL), next;
	struct record r = {.len = 0};

	if (dsn != NULL) {
		append(d, m, &r, event_dsn(&r, e->dsns + 1, now, dsn));
		sync_message(d, m);
		release(d, e->sender, dsn);
	}
	next = backoff_next(&d->run->backoff, e->arrived, now, arc4random());
	if (message_schedule(m, next, false) == -1)
		trouble(d, m, "not-scheduled");
	due_later(d->due, next);
}

static void
settle_closed(struct delivery *d, struct message *m, const char *dsn)
{
	unlink_message(d, m);
	if (*dsn != '\0') {
		sync_directory(d, true);
		release(d, m->envelope->sender, dsn);
	}
}

static void
release(struct delivery *d, const char *sender, const char *dsn)
{
	if (*dsn == '\0' || bounce_release(d->run, sender, dsn) == 0)
		return;
	log_event(LOG_L_ERROR, "not-released", "id", dsn, "error",
	    strerror(errno), NULL);
	d->report->trouble = true;
}

static bool
unlink_message(struct delivery *d, struct message *m)
{
	bool gone = message_unlink(m) == 0;

	if (!gone)
		trouble(d, m, "not-unlinked");
	d->at_rest = true;
	d->unsynced++;
	sync_directory(d, false);
	return gone;
}

static void
trouble(struct delivery *d, const struct message *m, const char *what)
{
	log_event(LOG_L_ERROR, what, "id", m->name, "domain", d->job->domain,
	    "error", strerror(errno), NULL);
	d->report->trouble = true;
}

static void
log_rcpt(const struct delivery *d, const struct message *m, const char *event,
    size_t i, const char *host, const char *reply)
{
	char delay[24];

	snprintf(delay, sizeof delay, "%lld",
	    (long long)(time(NULL) - m->envelope->arrived));
	log_event(LOG_L_INFO, event, "id", m->name, "domain", d->job->domain,
	    "to", m->envelope->rcpt[i].mailbox, "host", host, "reply", reply,
	    "delay", delay, NULL);
}
