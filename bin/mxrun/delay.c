/* SPDX-License-Identifier: ISC */
#include "delay.h"

#include <errno.h>
#include <time.h>

#include "backscatter.h"
#include "bounce.h"
#include "log.h"
#include "rest.h"

enum { HOUR = 3600, DAY = 24 * HOUR };

static const time_t levels[] = {4 * HOUR, DAY, 7 * DAY};
enum { LEVELS = sizeof levels / sizeof *levels };

static bool is_due(const struct lane *, unsigned *level);
static void note(struct lane *, unsigned level, const char *id);

unsigned
delay_level(time_t age)
{
	unsigned n = 0;

	while (n < LEVELS && age >= levels[n])
		n++;
	return n;
}

bool
delay_is_near(time_t came, time_t last, time_t now)
{
	return delay_level(now - came) > delay_level(last - came);
}

void
delay_tell(struct lane *l)
{
	struct delivery *d = l->d;
	struct envelope *e = l->message.envelope;
	char id[ID_NAME + 1] = "", why[160];
	unsigned level;

	if (l->at_rest || !is_due(l, &level))
		return;
	backscatter_why(l, why);
	/* it was never tried, for the primary could not be reached */
	if (e->last_reply[0] == '\0' &&
	    envelope_set(&e->last_reply, d->reason) == -1) {
		rest_trouble(l, "no-dsn");
		return;
	}
	if (why[0] == '\0' &&
	    bounce_make(d->run, d->job, &l->message, DSN_DELAYED, id) == -1) {
		rest_trouble(l, "no-dsn");
		return;
	}
	note(l, level, id);
	if (id[0] == '\0')
		return;
	if (bounce_release(d->run, e->sender, id) == -1)
		rest_trouble(l, "not-released");
	log_event(LOG_L_INFO, "delayed", "id", l->message.name, "domain",
	    d->job->domain, "to", e->sender, "dsn", id, NULL);
}

/* Of those that were missed only the last is told. */
static bool
is_due(const struct lane *l, unsigned *level)
{
	const struct envelope *e = l->message.envelope;

	if (!l->d->job->delay_notice || e->about_id[0] != '\0' ||
	    e->expired_at != 0 || envelope_count(e, RCPT_WAITING) == 0)
		return false;
	*level = delay_level(time(NULL) - e->arrived);
	if (*level <= e->delays)
		return false;
	for (size_t i = 0; i < e->nrcpt; i++) {
		if (dsn_wants(e, i, DSN_DELAYED))
			return true;
	}
	return false;
}

static void
note(struct lane *l, unsigned level, const char *id)
{
	struct message *m = &l->message;
	struct event_delay e = {m->envelope->dsns + 1, level, id};
	struct record r;

	if (!event_delayed(&r, time(NULL), &e) || message_append(m, &r) == -1)
		rest_trouble(l, "not-journalled");
	else if (message_sync(m) == -1)
		rest_trouble(l, "not-synced");
}
