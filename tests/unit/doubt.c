/* SPDX-License-Identifier: ISC */
/* When the 5xx of a primary are believed. */
#include "../../bin/mxrun/doubt.h"

#include "tap.h"

enum { NOW = 1800000000, DAY = 86400 };

/* N recipients, of them the first REFUSED refused; whether doubt began. */
static bool
see(struct doubt *d, unsigned n, unsigned refused)
{
	bool begun = false;

	for (unsigned i = 0; i < n; i++)
		begun |= doubt_note(d, i < refused, NULL, NOW);
	return begun;
}

static void
test_share(void)
{
	const struct doubt_rule watch = {DAY, 0, true}, trust = {DAY, 0, false};
	struct doubt d;

	doubt_begin(&d, &watch, NOW);
	ok(doubt_waits(&d), "none is believed while the first are looked at");
	ok(!see(&d, 19, 19) && doubt_waits(&d), "up to the twentieth");
	ok(doubt_note(&d, false, NULL, NOW) && d.doubted,
	    "19 of 20 are too many");
	is_str(d.why, "refused: 19 of the first 20", "which is said");
	doubt_begin(&d, &watch, NOW);
	ok(!see(&d, 20, 4) && !doubt_waits(&d), "4 of 20 are not");
	ok(!see(&d, 99, 99) && !doubt_waits(&d), "whatever comes behind them");
	doubt_begin(&d, &watch, NOW);
	ok(see(&d, 20, 5), "5 are");
	doubt_begin(&d, &watch, NOW);
	ok(!see(&d, 1, 1) && doubt_end(&d, NOW) && d.doubted,
	    "one of one, when there are no more");
	doubt_begin(&d, &watch, NOW);
	ok(!see(&d, 5, 1) && !doubt_end(&d, NOW) && !doubt_waits(&d),
	    "one of five is believed");
	doubt_begin(&d, &watch, NOW);
	ok(!doubt_end(&d, NOW), "nothing is nothing");
	doubt_begin(&d, &trust, NOW);
	ok(!see(&d, 99, 99) && !doubt_waits(&d) && !doubt_end(&d, NOW),
	    "one that was up all the time is believed");
}

static void
test_good(void)
{
	const struct doubt_rule trust = {DAY, 0, false}, off = {0, 0, true};
	struct doubt d;

	doubt_begin(&d, &trust, NOW);
	ok(doubt_note(&d, true, "b@example.com", NOW) && doubt_waits(&d) &&
		d.since == NOW,
	    "who was taken before is not refused for good");
	ok(!doubt_note(&d, true, "c@example.com", NOW), "it is said once");
	ok(!doubt_end(&d, NOW) && d.since == NOW, "and holds");
	doubt_begin(&d, &off, NOW);
	ok(!doubt_note(&d, true, "b@example.com", NOW) && !doubt_waits(&d),
	    "unless the setting is 0");
}

static void
test_later(void)
{
	struct doubt_rule r = {DAY, NOW - DAY + 1, true};
	struct doubt d;

	doubt_begin(&d, &r, NOW);
	ok(!see(&d, 30, 30) && doubt_waits(&d) && !doubt_end(&d, NOW),
	    "it holds in later runs");
	doubt_begin(&d, &r, NOW);
	ok(!see(&d, 30, 4) && doubt_end(&d, NOW) && d.since == 0 &&
		!doubt_waits(&d),
	    "until a walk is clean");
	doubt_begin(&d, &r, NOW);
	ok(!doubt_note(&d, true, "b@example.com", NOW) && !see(&d, 30, 0) &&
		!doubt_end(&d, NOW) && d.since != 0,
	    "which it is not while one who is known is refused");
	r.since--;
	doubt_begin(&d, &r, NOW);
	ok(!doubt_waits(&d), "or until its time is over");
	ok(!doubt_note(&d, true, "b@example.com", NOW) && !see(&d, 30, 30) &&
		!doubt_waits(&d) && !doubt_end(&d, NOW),
	    "then it does not begin again");
	r.since = NOW + DAY;
	doubt_begin(&d, &r, NOW);
	ok(d.since == NOW && doubt_waits(&d), "a clock that was set back");
}

int
main(void)
{
	test_share();
	test_good();
	test_later();
	return done();
}
