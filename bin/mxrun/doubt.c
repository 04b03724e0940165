/* SPDX-License-Identifier: ISC */
#include "doubt.h"

#include <stdio.h>

static bool is_too_much(const struct doubt *);
static bool doubt(struct doubt *, time_t now);
static bool doubt_share(struct doubt *, time_t now);

void
doubt_begin(struct doubt *d, const struct doubt_rule *r, time_t now)
{
	*d = (struct doubt){.off = r->settle == 0, .since = r->since};
	if (d->off)
		return;
	if (d->since > now)
		d->since = now;
	d->doubted = d->since != 0 && now - d->since < r->settle;
	d->watching = d->since == 0 && r->watch;
}

bool
doubt_note(struct doubt *d, bool refused, const char *good, time_t now)
{
	if (d->off)
		return false;
	d->refused += refused && d->asked < DOUBT_FIRST;
	d->asked += d->asked < DOUBT_FIRST;
	d->good_refused |= refused && good != NULL;
	if (d->since != 0)
		return false;
	if (refused && good != NULL) {
		snprintf(d->why, sizeof d->why,
		    "refused: <%.150s>, who was taken before", good);
		return doubt(d, now);
	}
	if (!d->watching || d->asked < DOUBT_FIRST)
		return false;
	d->watching = false;
	return is_too_much(d) && doubt_share(d, now);
}

bool
doubt_end(struct doubt *d, time_t now)
{
	if (d->off || d->asked == 0)
		return false;
	if (d->since != 0 && !is_too_much(d) && !d->good_refused) {
		d->since = 0;
		d->doubted = false;
		return true;
	}
	if (!d->watching)
		return false;
	d->watching = false;
	return is_too_much(d) && doubt_share(d, now);
}

bool
doubt_waits(const struct doubt *d)
{
	return d->doubted || d->watching;
}

static bool
is_too_much(const struct doubt *d)
{
	return d->refused * 100 > d->asked * DOUBT_PERCENT;
}

static bool
doubt_share(struct doubt *d, time_t now)
{
	snprintf(d->why, sizeof d->why, "refused: %u of the first %u",
	    d->refused, d->asked);
	return doubt(d, now);
}

static bool
doubt(struct doubt *d, time_t now)
{
	d->since = now;
	d->doubted = true;
	d->watching = false;
	return true;
}
