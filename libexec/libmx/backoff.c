/* SPDX-License-Identifier: ISC */
#include "backoff.h"

#include "bounds.h"

enum { SPREAD_PERCENT = 5 };

/* Every 15 minutes for 4 hours, growing over the next 36, then every 3. */
static const struct backoff_row published[] = {{0, 900}, {14400, 1800},
    {28800, 3600}, {57600, 5400}, {100800, 7200}, {144000, 10800}};

unsigned
backoff_every(const struct backoff *b, time_t age)
{
	const struct backoff_row *row = b->n > 0 ? b->row : published;
	size_t n = b->n > 0 ? b->n : sizeof published / sizeof *published;
	unsigned every = row[0].every;

	for (size_t i = 0; i < n && (time_t)row[i].after <= age; i++)
		every = row[i].every;
	return every;
}

time_t
backoff_longest(const struct backoff *b)
{
	time_t longest = ATTEMPT_MAX_WAIT;

	for (size_t i = 0; i < b->n; i++) {
		unsigned every = b->row[i].every;
		time_t wait = every + every * SPREAD_PERCENT / 100;

		if (every > ATTEMPT_MAX_WAIT && wait > longest)
			longest = wait;
	}
	return longest;
}

time_t
backoff_next(const struct backoff *b, time_t since, time_t now, unsigned spread)
{
	unsigned every = backoff_every(b, now > since ? now - since : 0);
	unsigned part = every * SPREAD_PERCENT / 100;
	time_t wait = (time_t)every - part + spread % (2 * part + 1);

	if (every <= ATTEMPT_MAX_WAIT && wait > ATTEMPT_MAX_WAIT)
		wait = ATTEMPT_MAX_WAIT;
	return now + wait;
}
