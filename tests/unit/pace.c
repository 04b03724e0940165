/* SPDX-License-Identifier: ISC */
/* How many connections a primary is given. */
#include "../../bin/mxrun/pace.h"

#include "tap.h"

static void
answers(struct pace *p, unsigned n, int64_t ms)
{
	while (n-- > 0)
		pace_answer(p, ms);
}

int
main(void)
{
	struct reply r;
	struct pace p;

	pace_begin(&p, 20);
	is_int(p.allowed, 1, "one canary");
	answers(&p, 1, 10);
	is_int(p.allowed, 2, "then two");
	answers(&p, 1, 10);
	is_int(p.allowed, 2, "until both were answered");
	answers(&p, 1, 10);
	is_int(p.allowed, 4, "then four");
	answers(&p, 4, 10);
	is_int(p.allowed, 8, "then eight");
	answers(&p, 8, 10);
	is_int(p.allowed, 9, "then one more at a time");
	answers(&p, 9000, 10);
	is_int(p.allowed, 20, "no more than the setting says");
	pace_push_back(&p);
	is_int(p.allowed, 10, "half as many when it asks for less");
	answers(&p, 10, 10);
	is_int(p.allowed, 11, "and no more doubling");
	for (int i = 0; i < 9; i++)
		pace_push_back(&p);
	is_int(p.allowed, 1, "one at least");
	answers(&p, 9000, 541);
	is_int(p.allowed, 1, "none more while its answers are slow");
	answers(&p, 1, 540);
	is_int(p.allowed, 2, "but when they are not");
	pace_begin(&p, 20);
	answers(&p, 100, 10);
	pace_refuse(&p, 5);
	answers(&p, 100, 10);
	is_int(p.allowed, 5, "no more than it let in");
	reply_set(&r, 421, "4.3.2", "shutting down");
	ok(pace_is_push_back(&r), "421");
	reply_set(&r, 450, "4.7.1", "too fast");
	ok(pace_is_push_back(&r), "4.7.x");
	reply_set(&r, 450, "4.2.0", "greylisted");
	ok(!pace_is_push_back(&r), "a greylist is not about us");
	reply_set(&r, 550, "5.7.1", "no");
	ok(!pace_is_push_back(&r), "nor is a refusal");
	return done();
}
