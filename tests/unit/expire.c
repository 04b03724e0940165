/* SPDX-License-Identifier: ISC */
/* When the time of a message is over, and when only the clock says so. */
#include "../../bin/mxrun/expire.h"

#include "tap.h"

enum { HOUR = 3600, DAY = 24 * HOUR, LIMIT = 31 * DAY, DSN_TIME = 5 * DAY };

static const time_t then = 1800000000;
static struct conf conf = {.bounce_after = LIMIT, .dsn_expire = DSN_TIME};
static struct envelope *e;

static enum expiry
after(time_t seconds)
{
	return expiry_of(e, &conf, then + seconds);
}

static void
test_age(void)
{
	time_t seen = expiry_seen(LIMIT);

	is_int(
	    LIMIT - seen, DAY + 3 * HOUR, "it is seen a day and a wait before");
	is_int(after(0), EXPIRY_NO, "a new one");
	is_int(after(LIMIT - 2 * DAY), EXPIRY_NO, "two days before its time");
	is_int(after(seen), EXPIRY_NO, "a second before it is seen");
	is_int(after(seen + 1), EXPIRY_FIRST, "seen for the first time");
	is_int(after(10 * LIMIT), EXPIRY_FIRST, "however late");
	e->expired_at = then + seen + 1;
	is_int(after(LIMIT), EXPIRY_NO, "its time is not over");
	is_int(after(LIMIT + 1), EXPIRY_YES, "it is, seen a second time");
	e->expired_at = then + LIMIT;
	is_int(after(LIMIT + 1), EXPIRY_NO, "seen twice within a second");
	is_int(after(LIMIT + DAY), EXPIRY_YES, "a day later");
	is_int(after(LIMIT + DAY - 1), EXPIRY_NO, "and not sooner");
	e->expired_at = 0;
}

static void
test_clock(void)
{
	is_int(after(-1), EXPIRY_NO, "it came in the future");
	is_int(after(-10 * 365 * DAY), EXPIRY_NO, "the clock went back");
	is_int(after(-2 * LIMIT), EXPIRY_NO, "by two months");
	e->expired_at = then + 3 * LIMIT;
	is_int(after(DAY), EXPIRY_NO, "it was seen in the future");
	is_int(after(LIMIT + DAY), EXPIRY_FIRST, "which does not count");
	is_int(after(3 * LIMIT + EXPIRE_HOLDS), EXPIRY_YES, "for thirty days");
	is_int(after(3 * LIMIT + EXPIRE_HOLDS + 1), EXPIRY_FIRST,
	    "a clock ahead for the second time");
	e->expired_at = 0;
	e->arrived = 100;
	is_int(after(0), EXPIRY_NO, "it came in 1970");
	e->arrived = 1793491199;
	is_int(after(LIMIT * 9), EXPIRY_NO, "before this was written");
	e->arrived = 1793491200;
	is_int(after(LIMIT * 9), EXPIRY_FIRST, "just after");
	e->arrived = then;
}

static void
test_dsn(void)
{
	envelope_set(&e->about_id, "x");
	is_int(after(DSN_TIME + 1), EXPIRY_FIRST, "a bounce waits less long");
	is_int(after(DSN_TIME - DAY), EXPIRY_NO, "but as long as it may");
	e->expired_at = then + DSN_TIME - DAY;
	is_int(after(DSN_TIME + 1), EXPIRY_YES, "and is seen again that day");
	is_int(
	    expiry_again(DSN_TIME), 15 * HOUR, "after an eighth of its time");
	is_int(expiry_seen(HOUR), HOUR, "a short time is not cut");
	is_int(expiry_again(16 * HOUR), 2 * HOUR, "an eighth of a short one");
	is_int(expiry_again(HOUR), HOUR, "an hour is the least");
}

int
main(void)
{
	e = envelope_new();
	e->arrived = then;
	test_age();
	test_clock();
	test_dsn();
	envelope_free(e);
	return done();
}
