/* SPDX-License-Identifier: ISC */
/*
 * From replies to the journal.  A message whose recipients are all delivered
 * is unlinked at once: between the primary's 250 and that there is nothing
 * that waits.  Everything else is journalled and synced before the next step.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bounce.h"
#include "deliver.h"
#include "log.h"
#include "outcome.h"
#include "rest.h"

struct rcpt_said {
	const char *host, *reply;
};

static uint64_t longest(const struct lane *);
static bool is_all_done(const struct lane *);
static void finish_delivered(struct lane *);
static bool is_relayed(const struct lane *, size_t rcpt);
static void log_delivered(struct lane *);
static bool journal(struct lane *, size_t rcpt);
static void journal_done(struct lane *, size_t rcpt);
static void journal_fail(struct lane *, size_t rcpt);
static void journal_try(struct lane *, size_t rcpt);
static void append(struct lane *, struct record *, bool fits);
static void sync_message(struct lane *);
static void log_rcpt(
    struct lane *, const char *event, size_t rcpt, const struct rcpt_said *);

/* Who alone waits is done with the message, or asked again: only where another
 * is left, or has failed, must a delivery be recorded, or it is made twice. */
bool
settle_has_room(struct lane *l)
{
	const struct envelope *e = l->message.envelope;
	size_t waiting = envelope_count(e, RCPT_WAITING);

	if ((waiting < 2 && envelope_count(e, RCPT_FAILED) == 0) ||
	    message_reserve(&l->message, waiting * longest(l)) == 0)
		return true;
	rest_trouble(l, "no-room");
	return false;
}

void
settle_replies(struct lane *l)
{
	struct envelope *e = l->message.envelope;
	size_t last = e->nrcpt; /* the last that waits */

	if (is_all_done(l)) {
		finish_delivered(l);
		return;
	}
	for (size_t i = 0; i < e->nrcpt; i++) {
		if (e->rcpt[i].state == RCPT_WAITING && !journal(l, i) &&
		    outcome_of(&l->replies[i]) != OUTCOME_UNASKED)
			last = i;
	}
	if (last < e->nrcpt)
		journal_try(l, last);
	sync_message(l);
	message_trim(&l->message);
}

void
settle_failure(struct lane *l, const char *host, const char *reply)
{
	const struct rcpt_said said = {host, reply};
	struct envelope *e = l->message.envelope;
	struct record r = {.len = 0};

	for (size_t i = 0; i < e->nrcpt; i++) {
		if (e->rcpt[i].state != RCPT_WAITING)
			continue;
		append(l, &r, event_fail(&r, i, time(NULL), host, reply));
		log_rcpt(l, "failed", i, &said);
	}
	sync_message(l);
}

/* Octets of a recipient's record at most, each of its reply's escaped. */
static uint64_t
longest(const struct lane *l)
{
	char text[OUTCOME_TEXT];
	struct record r;

	memset(text, '%', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	event_relayed(&r, l->message.envelope->nrcpt, JOURNAL_TIME_MOST,
	    l->server.host, text);
	return r.len;
}

static bool
is_all_done(const struct lane *l)
{
	const struct envelope *e = l->message.envelope;

	for (size_t i = 0; i < e->nrcpt; i++) {
		if (e->rcpt[i].state == RCPT_FAILED ||
		    (e->rcpt[i].state == RCPT_WAITING &&
			outcome_of(&l->replies[i]) != OUTCOME_DONE))
			return false;
	}
	return true;
}

/* NOTIFY=SUCCESS at a server that knows no DSN makes it ours to say
 * (RFC 3461 5.2.2). */
static void
finish_delivered(struct lane *l)
{
	struct envelope *e = l->message.envelope;
	bool ours = false;

	for (size_t i = 0; i < e->nrcpt; i++)
		ours |= e->rcpt[i].relayed ||
		    (e->rcpt[i].state == RCPT_WAITING && is_relayed(l, i));
	if (!ours && rest_unlink(l)) {
		log_delivered(l);
		return;
	}
	for (size_t i = 0; i < e->nrcpt; i++) {
		if (e->rcpt[i].state == RCPT_WAITING)
			journal(l, i);
	}
	sync_message(l);
	if (ours) /* else it could only not be unlinked */
		rest_relayed(l);
}

static bool
is_relayed(const struct lane *l, size_t i)
{
	return (l->message.envelope->rcpt[i].notify & NOTIFY_SUCCESS) != 0 &&
	    strstr(l->server.ext, "DSN") == NULL;
}

/* Of a message that is gone: there is no journal to write any more. */
static void
log_delivered(struct lane *l)
{
	struct envelope *e = l->message.envelope;
	char text[OUTCOME_TEXT];

	for (size_t i = 0; i < e->nrcpt; i++) {
		if (e->rcpt[i].state != RCPT_WAITING)
			continue;
		e->rcpt[i].state = RCPT_DELIVERED;
		refusal_not(l, i);
		outcome_text(&l->replies[i], text);
		log_rcpt(l, "delivered", i,
		    &(struct rcpt_said){l->server.host, text});
		l->d->report->delivered++;
	}
}

/* True when the reply of a waiting recipient is final. */
static bool
journal(struct lane *l, size_t i)
{
	switch (outcome_of(&l->replies[i])) {
	case OUTCOME_DONE:
		journal_done(l, i);
		return true;
	case OUTCOME_FAILED:
		if (!refusal_is_final(l, i))
			return false;
		journal_fail(l, i);
		return true;
	default:
		return false;
	}
}

static void
journal_done(struct lane *l, size_t i)
{
	const char *host = l->server.host;
	struct record r = {.len = 0};
	char text[OUTCOME_TEXT];

	outcome_text(&l->replies[i], text);
	append(l, &r,
	    (is_relayed(l, i) ? event_relayed : event_done)(
		&r, i, time(NULL), host, text));
	l->d->report->delivered++;
	refusal_not(l, i);
	log_rcpt(l, "delivered", i, &(struct rcpt_said){host, text});
}

static void
journal_fail(struct lane *l, size_t i)
{
	const char *host = l->server.host;
	struct record r = {.len = 0};
	char text[OUTCOME_TEXT];

	outcome_text(&l->replies[i], text);
	append(l, &r, event_fail(&r, i, time(NULL), host, text));
	log_rcpt(l, "failed", i, &(struct rcpt_said){host, text});
}

static void
journal_try(struct lane *l, size_t i)
{
	char text[OUTCOME_TEXT];
	struct record r = {.len = 0};

	outcome_text(&l->replies[i], text);
	append(l, &r, event_try(&r, time(NULL), l->server.host, text));
	l->d->report->deferred++;
	log_event(LOG_L_INFO, "deferred", "id", l->message.name, "domain",
	    l->d->job->domain, "to", l->message.envelope->rcpt[i].mailbox,
	    "host", l->server.host, "reply", text, NULL);
}

/* Tried twice: who was served and is not recorded is sent it again. */
static void
append(struct lane *l, struct record *r, bool fits)
{
	bool kept = fits && message_append(&l->message, r) == 0;

	if (fits && !kept)
		kept = message_append(&l->message, r) == 0;
	if (!kept)
		rest_trouble(l, "not-journalled");
}

static void
sync_message(struct lane *l)
{
	if (message_sync(&l->message) == -1)
		rest_trouble(l, "not-synced");
}

static void
log_rcpt(
    struct lane *l, const char *event, size_t i, const struct rcpt_said *said)
{
	const struct envelope *e = l->message.envelope;
	char delay[24];

	snprintf(
	    delay, sizeof delay, "%lld", (long long)(time(NULL) - e->arrived));
	log_event(LOG_L_INFO, event, "id", l->message.name, "domain",
	    l->d->job->domain, "to", e->rcpt[i].mailbox, "host", said->host,
	    "reply", said->reply, "delay", delay, NULL);
}
