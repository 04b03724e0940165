/* SPDX-License-Identifier: ISC */
/* What a 5xx does to a recipient: see doubt.h. */
#include <string.h>
#include <time.h>

#include "deliver.h"
#include "log.h"

static bool is_about_content(const struct reply *);
static void alarm_raise(struct delivery *);

bool
refusal_is_final(struct lane *l, size_t i)
{
	struct delivery *d = l->d;
	const char *mailbox = l->message.envelope->rcpt[i].mailbox;
	const char *good = !is_about_content(&l->replies[i]) &&
		learned_was_good(&d->learned, mailbox)
	    ? mailbox
	    : NULL;

	if (doubt_note(&d->doubt, true, good, time(NULL)))
		alarm_raise(d);
	if (!doubt_waits(&d->doubt))
		return true;
	l->provisional |= d->doubt.watching;
	return false;
}

void
refusal_not(struct lane *l, size_t i)
{
	struct delivery *d = l->d;

	learned_note(&d->learned, l->message.envelope->rcpt[i].mailbox);
	if (doubt_note(&d->doubt, false, NULL, time(NULL)))
		alarm_raise(d);
}

void
refusal_end(struct delivery *d)
{
	if (!doubt_end(&d->doubt, time(NULL)))
		return;
	if (d->doubt.since != 0) {
		alarm_raise(d);
		return;
	}
	d->report->doubt = DOUBT_OVER;
	log_event(
	    LOG_L_INFO, "primary-believed", "domain", d->job->domain, NULL);
}

/* X.6.X is the form of the message, X.7.X policy, X.3.4 its size (RFC 3463):
 * said of one message or its client, not of who it is for.  "Relaying denied"
 * is policy, too, but what a forgotten domain is told. */
static bool
is_about_content(const struct reply *r)
{
	return strncmp(r->enhanced, "5.6.", 4) == 0 ||
	    strcmp(r->enhanced, "5.3.4") == 0 ||
	    strcmp(r->enhanced, "5.2.3") == 0 ||
	    (strncmp(r->enhanced, "5.7.", 4) == 0 &&
		strcasestr(r->text, "relay") == NULL);
}

static void
alarm_raise(struct delivery *d)
{
	d->report->doubt = DOUBT_BEGUN;
	strlcpy(
	    d->report->doubt_why, d->doubt.why, sizeof d->report->doubt_why);
	log_event(LOG_L_ERROR, "primary-doubtful", "domain", d->job->domain,
	    "reason", d->doubt.why, "consequence",
	    "its 5xx are not believed, nothing is bounced", NULL);
}
