/* SPDX-License-Identifier: ISC */
/* What a contact is told, and when: an outage from its first failure on. */
#include "../../bin/mxrun/notice.h"

#include "tap.h"

enum { NOW = 1800000000, MINUTE = 60, DAY = 86400 };

/* What is told at T; it is noted. */
static enum notice
tell(struct notice_facts *f, time_t t)
{
	enum notice n = notice_due(f, t);

	if (n != NOTICE_NONE)
		f->told[n] = t;
	return n;
}

static void
is(enum notice got, enum notice want, const char *name)
{
	is_str(notice_name(got), notice_name(want), name);
}

static void
test_outage(void)
{
	struct notice_facts f = {.bounce_after = 31 * DAY};

	is(tell(&f, NOW), NOTICE_NONE, "nothing is known");
	f.primary.health = (struct health){PRIMARY_UP, NOW - DAY, 0, 0};
	is(tell(&f, NOW), NOTICE_NONE, "all is well");
	f.primary.health = (struct health){PRIMARY_SUSPECT, NOW, NOW, 1};
	is(tell(&f, NOW + 20 * MINUTE), NOTICE_NONE, "a suspicion");
	f.primary.health = (struct health){PRIMARY_DOWN, NOW, NOW, 3};
	f.usage = (struct usage){5, 1, 5000, NOW, 0};
	is(tell(&f, NOW + 15 * MINUTE - 1), NOTICE_NONE, "not at once");
	is(tell(&f, NOW + 15 * MINUTE), NOTICE_DOWN, "DOWN for 15 minutes");
	is(tell(&f, NOW + 16 * MINUTE), NOTICE_NONE, "once");
	is(tell(&f, NOW + 15 * MINUTE + DAY), NOTICE_DAILY, "a day later");
	is(tell(&f, NOW + 15 * MINUTE + DAY), NOTICE_NONE, "once a day");
	f.primary.health.state = PRIMARY_RETURNING;
	is(tell(&f, NOW + 2 * DAY), NOTICE_BACK, "it is back");
	f.primary.health.state = PRIMARY_DOWN;
	is(tell(&f, NOW + 2 * DAY + 1), NOTICE_NONE, "and forth");
	f.primary.health = (struct health){PRIMARY_UP, NOW, 0, 0};
	is(tell(&f, NOW + 3 * DAY), NOTICE_NONE, "is told once");
	f.usage = (struct usage){1, 1, 1000, 0, 0};
	is(tell(&f, NOW + 3 * DAY), NOTICE_DRAINED,
	    "all is handed over but what is held");
	is(tell(&f, NOW + 3 * DAY), NOTICE_NONE, "once");
	f.primary.health =
	    (struct health){PRIMARY_DOWN, NOW + 9 * DAY, NOW + 9 * DAY, 3};
	is(tell(&f, NOW + 10 * DAY), NOTICE_DOWN, "another outage");
}

static void
test_rest(void)
{
	struct notice_facts f = {
	    .bounce_after = 31 * DAY, .usage = {9, 0, 9000, NOW, 0}};

	is(tell(&f, NOW + 28 * DAY - 1), NOTICE_NONE, "an old message");
	is(tell(&f, NOW + 28 * DAY), NOTICE_EXPIRY, "expires in three days");
	f.usage.oldest = NOW + DAY;
	is(tell(&f, NOW + 29 * DAY), NOTICE_NONE, "so does the next: once");
	f.usage.oldest = NOW + 29 * DAY;
	is(tell(&f, NOW + 57 * DAY), NOTICE_EXPIRY, "but not a month later");
	f = (struct notice_facts){.quota_messages = 10, .usage = {7}};
	is(tell(&f, NOW), NOTICE_NONE, "70 % of a quota");
	f.usage.messages = 8;
	is(tell(&f, NOW), NOTICE_QUOTA, "80 %");
	is(tell(&f, NOW + DAY - 1), NOTICE_NONE, "once a day");
	f = (struct notice_facts){
	    .quota_octets = 1000, .usage = {.octets = 800}};
	is(tell(&f, NOW), NOTICE_QUOTA, "or of octets");
	f = (struct notice_facts){.primary = {.doubt = NOW}};
	is(tell(&f, NOW), NOTICE_DOUBT, "a primary in doubt");
	is(tell(&f, NOW + 1), NOTICE_NONE, "once");
}

int
main(void)
{
	test_outage();
	test_rest();
	return done();
}
