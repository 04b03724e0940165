/* SPDX-License-Identifier: ISC */
#include "expire.h"

#include <stdbool.h>

enum { HOUR = 3600, SHORT = 8 * ATTEMPT_MAX_WAIT };

/* No message came before this program was written, 2026-11-01. */
static const time_t believable = 1793491200;

static bool is_older_than(const struct envelope *, time_t limit, time_t now);

enum expiry
expiry_of(const struct envelope *e, const struct conf *c, time_t now)
{
	bool dsn = e->about_id[0] != '\0';
	time_t limit = (time_t)(dsn ? c->dsn_expire : c->bounce_after);

	if (!is_older_than(e, expiry_seen(limit), now))
		return EXPIRY_NO;
	if (e->expired_at > now || now - e->expired_at > EXPIRE_HOLDS)
		return EXPIRY_FIRST;
	if (!is_older_than(e, limit, now) ||
	    now - e->expired_at < expiry_again(limit))
		return EXPIRY_NO;
	return EXPIRY_YES;
}

/* So early that the first attempt behind LIMIT is the last: one wait may go by
 * before it is seen. */
time_t
expiry_seen(time_t limit)
{
	return limit > SHORT ? limit - expiry_again(limit) - ATTEMPT_MAX_WAIT
			     : limit;
}

time_t
expiry_again(time_t limit)
{
	time_t eighth = limit / 8;

	if (eighth < HOUR)
		return HOUR;
	return eighth < 24 * HOUR ? eighth : 24 * HOUR;
}

static bool
is_older_than(const struct envelope *e, time_t limit, time_t now)
{
	if (e->arrived < believable || now < believable || e->arrived > now)
		return false;
	return now - e->arrived > limit;
}
