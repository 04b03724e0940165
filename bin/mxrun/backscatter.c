/* SPDX-License-Identifier: ISC */
#include "backscatter.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "dsn.h"
#include "log.h"
#include "rest.h"
#include "verified.h"

enum { WHY = 160, DAY = 86400, VOUCHED_FOR = 50 };

static bool is_forged(const struct verified *, const char *sender);
static bool is_too_many(struct lane *, bool genuine);
static void hold(struct lane *, const char *why);
static void forget_sums(const struct delivery *);

bool
backscatter_may_bounce(struct lane *l)
{
	const struct envelope *e = l->message.envelope;
	char why[WHY];

	if (e->bounce_asked || !dsn_is_wanted(e, DSN_FAILED))
		return true;
	backscatter_why(l, why);
	if (why[0] == '\0')
		return true;
	if (envelope_count(e, RCPT_WAITING) == 0)
		hold(l, why);
	return false;
}

void
backscatter_why(struct lane *l, char why[WHY])
{
	const struct envelope *e = l->message.envelope;
	struct verified v;

	why[0] = '\0';
	verified_parse(e->verified, &v);
	if (is_forged(&v, e->sender))
		snprintf(why, WHY,
		    "a bounce would hit one who sent nothing: "
		    "%.100s",
		    e->verified);
	else if (is_too_many(l, verified_is_genuine(&v, e->sender)))
		snprintf(why, WHY, "its sender was told too often today");
}

/* Who says softfail says "probably not": not enough to refuse mail, but to
 * send none in return. */
static bool
is_forged(const struct verified *v, const char *sender)
{
	return verified_is_forged(v, sender) ||
	    (v->of[VERIFIED_SPF].result == VERIFIED_SOFTFAIL &&
		!verified_is_genuine(v, sender));
}

/* Where nobody knows whether a sender is genuine, one who is not gets a few
 * at most.  Without state.db there is no limit. */
static bool
is_too_many(struct lane *l, bool genuine)
{
	const struct job *job = l->d->job;
	char name[MAILBOX_LEN + 8];

	snprintf(name, sizeof name, "dsn %s", l->message.envelope->sender);
	return learned_budget(&l->d->learned, name,
		   genuine ? job->dsn_limit * VOUCHED_FOR : job->dsn_limit,
		   DAY) == ANSWER_NO;
}

static void
hold(struct lane *l, const char *why)
{
	struct message *m = &l->message;
	struct record r;

	if (l->d->report->held == 0)
		forget_sums(l->d);
	if (!event_hold(&r, time(NULL), why) || message_append(m, &r) == -1 ||
	    message_sync(m) == -1 ||
	    message_schedule(m, SPOOL_HELD, false) == -1) {
		rest_trouble(l, "not-held");
		return;
	}
	l->d->report->held++;
	log_event(LOG_L_INFO, "held", "id", m->name, "domain",
	    l->d->job->domain, "from", m->envelope->sender, "reason", why,
	    NULL);
}

/* Before the first that is held, as this walk may not come to its end. */
static void
forget_sums(const struct delivery *d)
{
	struct state_db *state = kept_state(d->kept);

	if (state != NULL)
		sums_forget(state, d->job->domain);
}
