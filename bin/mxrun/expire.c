/* SPDX-License-Identifier: ISC */
#include "expire.h"

#include <stdbool.h>

/* No message came before this program was written, 2026-11-01. */
static const time_t believable = 1793491200;

static bool is_too_old(
    const struct envelope *, const struct conf *, time_t now);

enum expiry
expiry_of(const struct envelope *e, const struct conf *c, time_t now)
{
	if (!is_too_old(e, c, now))
		return EXPIRY_NO;
	if (e->expired_at == 0)
		return EXPIRY_FIRST;
	if (e->expired_at > now || now - e->expired_at < EXPIRE_AGAIN)
		return EXPIRY_NO;
	return EXPIRY_YES;
}

static bool
is_too_old(const struct envelope *e, const struct conf *c, time_t now)
{
	bool dsn = e->about_id[0] != '\0';
	time_t limit = (time_t)(dsn ? c->dsn_expire : c->bounce_after);

	if (e->arrived < believable || now < believable || e->arrived > now)
		return false;
	return now - e->arrived > limit;
}
