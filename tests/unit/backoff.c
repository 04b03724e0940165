/* SPDX-License-Identifier: ISC */
/* The published shape of attempts, and a table of one's own. */
#include "backoff.h"

#include <stdlib.h>

#include "bounds.h"
#include "tap.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

static void
test_published(void)
{
	const struct backoff b = {.n = 0};
	const time_t since = 1800000000;
	time_t now = since;
	unsigned last = 0, attempts = 0;
	bool grows = true, bounded = true;

	for (time_t age = 0; age < 40 * DAY; age += 30 * MINUTE) {
		unsigned every = backoff_every(&b, age);

		grows = grows && every >= last;
		last = every;
	}
	ok(grows, "it never grows shorter");
	is_int(backoff_every(&b, -5), 15 * MINUTE, "before its time");
	is_int(backoff_every(&b, 0), 15 * MINUTE, "15 minutes at first");
	is_int(backoff_every(&b, 4 * HOUR - 1), 15 * MINUTE, "for 4 hours");
	is_int(backoff_every(&b, 40 * HOUR), 3 * HOUR, "3 hours after 40");
	is_int(backoff_every(&b, 31 * DAY), 3 * HOUR, "and ever after");
	while (now < since + 31 * DAY) {
		time_t next = backoff_next(&b, since, now, arc4random());

		bounded =
		    bounded && next > now && next - now <= ATTEMPT_MAX_WAIT;
		now = next;
		attempts++;
	}
	ok(bounded, "each comes later, none by more than 3 hours");
	ok(attempts > 270 && attempts < 330, "%u attempts in 31 days",
	    attempts);
}

static void
test_spread(void)
{
	const struct backoff b = {.n = 0};
	time_t first = 0, last = 0;

	for (unsigned spread = 0; spread < 1000; spread++) {
		time_t next = backoff_next(&b, 1000, 1000, spread) - 1000;

		if (first == 0 || next < first)
			first = next;
		if (next > last)
			last = next;
	}
	is_int(first, 855, "5 % earlier");
	is_int(last, 945, "5 % later");
	is_int(backoff_next(&b, 5000, 1000, 45), 1900,
	    "a message from the time to come is a new one");
}

static void
test_own(void)
{
	const struct backoff b = {2, {{0, 60}, {600, 86400}}};

	is_int(backoff_every(&b, 599), 60, "a table's first row");
	is_int(backoff_every(&b, 600), 86400, "and its next");
	ok(backoff_next(&b, 0, 700, 0) > 700 + ATTEMPT_MAX_WAIT,
	    "who asks for more gets more");
	is_int(backoff_longest(&(struct backoff){
		   3, {{0, 60}, {600, 86400}, {90000, 43200}}}),
	    86400 + 86400 / 20, "and no more than that");
	is_int(backoff_longest(&(struct backoff){.n = 0}), ATTEMPT_MAX_WAIT,
	    "nothing waits longer by the published one");
	is_int(backoff_longest(
		   &(struct backoff){2, {{0, 60}, {60, ATTEMPT_MAX_WAIT}}}),
	    ATTEMPT_MAX_WAIT, "nor where the longest is the same");
}

int
main(void)
{
	test_published();
	test_spread();
	test_own();
	return done();
}
