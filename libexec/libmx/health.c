/* SPDX-License-Identifier: ISC */
#include "health.h"

#include <stdbool.h>

static const enum primary_state next[PRIMARY_STATES][HEALTH_EVENTS] = {
    /* REACHED, FAILED, SETTLED */
    [PRIMARY_UNKNOWN] = {PRIMARY_UP, PRIMARY_SUSPECT, PRIMARY_UP},
    [PRIMARY_UP] = {PRIMARY_UP, PRIMARY_SUSPECT, PRIMARY_UP},
    [PRIMARY_SUSPECT] = {PRIMARY_UP, PRIMARY_SUSPECT, PRIMARY_UP},
    [PRIMARY_DOWN] = {PRIMARY_RETURNING, PRIMARY_DOWN, PRIMARY_UP},
    [PRIMARY_RETURNING] = {PRIMARY_RETURNING, PRIMARY_DOWN, PRIMARY_UP},
};

static void mend_clock(struct health *, time_t now);
static bool has_failed_for_long(const struct health *, time_t now);
static void enter(struct health *, enum primary_state, time_t now);

void
health_hear(struct health *h, enum health_event event, time_t now)
{
	enum primary_state to = next[h->state][event];

	mend_clock(h, now);
	if (event != HEALTH_FAILED) {
		h->failures = 0;
	} else {
		h->failures++;
		if (h->outage == 0)
			h->outage = now;
	}
	if (to == PRIMARY_SUSPECT && has_failed_for_long(h, now))
		to = PRIMARY_DOWN;
	if (to == PRIMARY_RETURNING && h->state == to &&
	    now - h->since >= HEALTH_RETURNED)
		to = PRIMARY_UP;
	if (to != h->state)
		enter(h, to, now);
}

const char *
health_name(enum primary_state state)
{
	static const char *const names[PRIMARY_STATES] = {
	    "UNKNOWN", "UP", "DOWN", "SUSPECT", "RETURNING"};

	return names[state];
}

/* What a clock gone wrong has left in the future began now. */
static void
mend_clock(struct health *h, time_t now)
{
	if (h->since > now)
		h->since = now;
	if (h->outage > now)
		h->outage = now;
}

static bool
has_failed_for_long(const struct health *h, time_t now)
{
	return h->failures >= HEALTH_FAILURES &&
	    now - h->outage >= HEALTH_FAILING;
}

/* What turns out to be DOWN was so from its first failure on; one that had
 * come back in between is DOWN anew. */
static void
enter(struct health *h, enum primary_state to, time_t now)
{
	h->since =
	    to == PRIMARY_DOWN && h->state == PRIMARY_SUSPECT ? h->outage : now;
	h->state = to;
	if (to == PRIMARY_UP)
		h->outage = 0;
}
