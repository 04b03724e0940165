/* SPDX-License-Identifier: ISC */
#include "notice.h"

enum {
	DOWN_FOR = 900,
	DAY = 86400,
	BEFORE_EXPIRY = 3 * DAY,
	QUOTA_PERCENT = 80
};

static bool is_down_long(const struct notice_facts *, time_t now);
static bool is_day_over(const struct notice_facts *, time_t now);
static bool is_back(const struct notice_facts *);
static bool is_drained(const struct notice_facts *);
static bool expires_soon(const struct notice_facts *, time_t now);
static bool is_nearly_full(const struct notice_facts *, time_t now);

enum notice
notice_due(const struct notice_facts *f, time_t now)
{
	if (is_down_long(f, now))
		return NOTICE_DOWN;
	if (is_back(f))
		return NOTICE_BACK;
	if (f->primary.doubt != 0 && f->told[NOTICE_DOUBT] < f->primary.doubt)
		return NOTICE_DOUBT;
	if (is_drained(f))
		return NOTICE_DRAINED;
	if (expires_soon(f, now))
		return NOTICE_EXPIRY;
	if (is_nearly_full(f, now))
		return NOTICE_QUOTA;
	return is_day_over(f, now) ? NOTICE_DAILY : NOTICE_NONE;
}

const char *
notice_name(enum notice n)
{
	static const char *const names[NOTICES] = {
	    "", "down", "daily", "back", "drained", "expiry", "quota", "doubt"};

	return names[n];
}

/* Once an outage, whatever comes and goes in it. */
static bool
is_down_long(const struct notice_facts *f, time_t now)
{
	const struct health *h = &f->primary.health;

	return h->state == PRIMARY_DOWN && h->outage != 0 &&
	    now - h->outage >= DOWN_FOR && f->told[NOTICE_DOWN] < h->outage;
}

static bool
is_day_over(const struct notice_facts *f, time_t now)
{
	const struct health *h = &f->primary.health;
	time_t last = f->told[NOTICE_DOWN] > f->told[NOTICE_DAILY]
	    ? f->told[NOTICE_DOWN]
	    : f->told[NOTICE_DAILY];

	return h->state == PRIMARY_DOWN && f->told[NOTICE_DOWN] >= h->outage &&
	    now - last >= DAY;
}

/* Who was told that it is down is told that it is not: when it has taken
 * mail, or was there for a while. */
static bool
is_back(const struct notice_facts *f)
{
	enum primary_state state = f->primary.health.state;

	return (state == PRIMARY_UP || state == PRIMARY_RETURNING) &&
	    f->told[NOTICE_DOWN] > f->told[NOTICE_BACK];
}

static bool
is_drained(const struct notice_facts *f)
{
	return f->primary.health.state == PRIMARY_UP &&
	    f->told[NOTICE_BACK] != 0 &&
	    f->told[NOTICE_BACK] >= f->told[NOTICE_DOWN] &&
	    f->told[NOTICE_BACK] > f->told[NOTICE_DRAINED] &&
	    f->usage.messages <= f->usage.held;
}

/* Those that came before were told of with the first of them. */
static bool
expires_soon(const struct notice_facts *f, time_t now)
{
	time_t oldest = f->usage.oldest;

	return oldest != 0 && f->usage.messages > f->usage.held &&
	    now - oldest >= f->bounce_after - BEFORE_EXPIRY &&
	    f->told[NOTICE_EXPIRY] <= oldest;
}

static bool
is_nearly_full(const struct notice_facts *f, time_t now)
{
	const struct usage *u = &f->usage;
	bool full =
	    (f->quota_messages != 0 &&
		u->messages * 100 >= f->quota_messages * QUOTA_PERCENT) ||
	    (f->quota_octets != 0 &&
		u->octets * 100 >= f->quota_octets * QUOTA_PERCENT);

	return full && now - f->told[NOTICE_QUOTA] >= DAY;
}
