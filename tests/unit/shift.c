/* SPDX-License-Identifier: ISC */
/* How long a helper serves. */
#include "shift.h"

#include <stdlib.h>
#include <time.h>

#include "tap.h"
#include "wire.h"

static void
requests(void)
{
	struct shift s = {.seconds = 10};
	int n = 1;
	int64_t patience;

	is_int(shift_seconds(&s), 20, "CPU for two");
	is_int(shift_patience(&s), -1, "the first is waited for");
	while (shift_goes_on(&s))
		n++;
	is_int(n, SHIFT_REQUESTS, "so many are answered");
	patience = shift_patience(&s) - wire_now();
	ok(patience > SHIFT_IDLE_MS - 1000 && patience <= SHIFT_IDLE_MS,
	    "the next not for ever");
}

static void
limits(void)
{
	struct shift s = {.seconds = 1};
	char *large;

#ifndef __SANITIZE_ADDRESS__ /* which has an allocator of its own */
	if ((large = malloc(SHIFT_MEMORY)) == NULL)
		exit(99);
	*(volatile char *)large = 0;
	ok(!shift_goes_on(&s), "who holds too much leaves");
	free(large);
#else
	(void)large;
#endif
	ok(shift_goes_on(&s), "who does not stays");
	while (clock() < CLOCKS_PER_SEC)
		continue;
	ok(!shift_goes_on(&s), "until half of the CPU is used");
}

int
main(void)
{
	requests();
	limits();
	return done();
}
