/* SPDX-License-Identifier: ISC */
/*
 * When the next attempt is due: the rows of policy.db's table backoff, a step
 * function of the age (RFC 5321 4.5.4.1 asks for 30 minutes or more, after
 * two attempts in the first hour).
 */
#ifndef BACKOFF_H
#define BACKOFF_H

#include <stddef.h>
#include <time.h>

enum { BACKOFF_ROWS = 64 };

struct backoff {
	size_t n; /* 0: the published shape */
	struct backoff_row {
		unsigned after, every; /* seconds, ascending in after */
	} row[BACKOFF_ROWS];
};

/* Seconds between attempts at this age (negative counts as 0). */
unsigned backoff_every(const struct backoff *, time_t age);
/* Seconds that nothing waits longer than by this table. */
time_t backoff_longest(const struct backoff *);
/*
 * The time of the next attempt: NOW plus that, up to 5 % earlier or later by
 * SPREAD (any number, so that cron makes no storm), never later than
 * NOW + ATTEMPT_MAX_WAIT, unless a row asks for more.
 */
time_t backoff_next(
    const struct backoff *, time_t since, time_t now, unsigned spread);

#endif
