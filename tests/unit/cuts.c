/* SPDX-License-Identifier: ISC */
/* What is left out of a message. */
#include "cuts.h"

#include "bounds.h"
#include "tap.h"

static void
test_none(void)
{
	static struct cuts c; /* nothing is before it that could be read */
	uint64_t at = 5;

	is_int((long long)cuts_end(&c), 0, "none ends before the message");
	is_int((long long)cuts_octets(&c), 0, "and takes no octet of it");
	is_int((long long)cuts_run(&c, &at, 12), 7, "all of it stays");
	is_int((long long)at, 5, "from where one is");
}

static void
test_add(void)
{
	struct cuts c = {.n = 0};

	ok(!cuts_add(&c, 0, 0), "an empty one is none");
	ok(cuts_add(&c, 10, 5) && cuts_end(&c) == 15, "one");
	ok(!cuts_add(&c, 14, 5), "one that begins inside is refused");
	ok(!cuts_add(&c, 2, 3), "one before, too");
	ok(cuts_add(&c, 15, 5) && c.n == 1 && cuts_end(&c) == 20,
	    "one that touches it is joined with it");
	ok(cuts_add(&c, 30, 1) && c.n == 2, "one behind");
	is_int((long long)cuts_octets(&c), 11, "both are counted");
	ok(!cuts_add(&c, HEADER_LEN, 1) && !cuts_add(&c, UINT64_MAX, 2) &&
		!cuts_add(&c, 40, UINT64_MAX),
	    "beyond a header section there is none");
	ok(cuts_add(&c, HEADER_LEN - 1, 1), "up to its end there is");
}

static void
test_most(void)
{
	struct cuts c = {.n = 0};

	for (uint64_t i = 0; i < CUTS; i++)
		cuts_add(&c, 2 * i, 1);
	is_int(c.n, CUTS, "as many as there is room for");
	ok(!cuts_add(&c, 2 * CUTS, 1), "no more");
	ok(cuts_add(&c, 2 * CUTS - 1, 1), "but the last may grow");
}

static void
test_run(void)
{
	struct cuts c = {.n = 0};
	uint64_t at = 0;

	cuts_add(&c, 0, 2);
	cuts_add(&c, 5, 3);
	is_int((long long)cuts_run(&c, &at, 9), 3, "up to the next cut");
	is_int((long long)at, 2, "behind the first");
	at = 6;
	is_int((long long)cuts_run(&c, &at, 9), 1, "up to the end");
	is_int((long long)at, 8, "behind the second");
	at = 9;
	is_int(
	    (long long)cuts_run(&c, &at, 9), 0, "at the end nothing is left");
}

int
main(void)
{
	test_none();
	test_add();
	test_most();
	test_run();
	return done();
}
