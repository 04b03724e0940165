/* SPDX-License-Identifier: ISC */
/* Every state and event of a primary's health, and the time it takes. */
#include "health.h"

#include "tap.h"

enum { NOW = 1800000000, OUTAGE = NOW - 5000 };

static const struct {
	enum primary_state from;
	enum health_event event;
	unsigned failures; /* before */
	time_t ago;	   /* began: the state, the outage */
	enum primary_state to;
	const char *name;
} table[] = {
    {PRIMARY_UNKNOWN, HEALTH_REACHED, 0, 0, PRIMARY_UP, "the first answer"},
    {PRIMARY_UNKNOWN, HEALTH_FAILED, 0, 0, PRIMARY_SUSPECT, "the first fails"},
    {PRIMARY_UNKNOWN, HEALTH_SETTLED, 0, 0, PRIMARY_UP, "the first mail"},
    {PRIMARY_UP, HEALTH_REACHED, 0, 99, PRIMARY_UP, "UP stays so"},
    {PRIMARY_UP, HEALTH_FAILED, 0, 99, PRIMARY_SUSPECT, "one failure"},
    {PRIMARY_UP, HEALTH_SETTLED, 0, 99, PRIMARY_UP, "UP takes mail"},
    {PRIMARY_SUSPECT, HEALTH_REACHED, 9, 999, PRIMARY_UP, "it was nothing"},
    {PRIMARY_SUSPECT, HEALTH_SETTLED, 9, 999, PRIMARY_UP, "nor this"},
    {PRIMARY_SUSPECT, HEALTH_FAILED, 1, 9999, PRIMARY_SUSPECT,
	"two, far apart"},
    {PRIMARY_SUSPECT, HEALTH_FAILED, 9, 119, PRIMARY_SUSPECT, "many at once"},
    {PRIMARY_SUSPECT, HEALTH_FAILED, 2, 120, PRIMARY_DOWN, "three in two"},
    {PRIMARY_DOWN, HEALTH_REACHED, 9, 999, PRIMARY_RETURNING, "it answers"},
    {PRIMARY_DOWN, HEALTH_FAILED, 9, 999, PRIMARY_DOWN, "it does not"},
    {PRIMARY_DOWN, HEALTH_SETTLED, 9, 999, PRIMARY_UP, "it took mail"},
    {PRIMARY_RETURNING, HEALTH_REACHED, 0, 899, PRIMARY_RETURNING, "still"},
    {PRIMARY_RETURNING, HEALTH_REACHED, 0, 900, PRIMARY_UP, "without mail"},
    {PRIMARY_RETURNING, HEALTH_FAILED, 0, 10, PRIMARY_DOWN, "once is enough"},
    {PRIMARY_RETURNING, HEALTH_SETTLED, 0, 10, PRIMARY_UP, "it has settled"},
};

static void
test_table(void)
{
	bool seen[PRIMARY_STATES][HEALTH_EVENTS] = {{false}};
	bool all = true;

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct health h = {.state = table[i].from,
		    .since = NOW - table[i].ago,
		    .outage = table[i].ago && table[i].from != PRIMARY_UP
			? NOW - table[i].ago
			: 0,
		    .failures = table[i].failures};

		health_hear(&h, table[i].event, NOW);
		ok(h.state == table[i].to, "%s and %d: %s (%s)",
		    health_name(table[i].from), table[i].event,
		    health_name(h.state), table[i].name);
		ok((h.outage == 0) == (h.state == PRIMARY_UP),
		    "an outage is over with UP alone");
		seen[table[i].from][table[i].event] = true;
	}
	for (int s = 0; s < PRIMARY_STATES; s++) {
		for (int e = 0; e < HEALTH_EVENTS; e++)
			all = all && seen[s][e];
	}
	ok(all, "no state and event is left out");
}

static void
test_flapping(void)
{
	struct health h = {.state = PRIMARY_UP, .since = NOW - 999};

	for (int i = 0; i < 100; i++) {
		health_hear(&h, HEALTH_FAILED, NOW + i * 60);
		health_hear(&h, HEALTH_REACHED, NOW + i * 60 + 30);
	}
	is_int(h.state, PRIMARY_UP, "one lost packet a minute is not DOWN");
	for (int i = 0; i < 3; i++)
		health_hear(&h, HEALTH_FAILED, NOW + 9000 + i * 60);
	ok(h.state == PRIMARY_DOWN && h.since == NOW + 9000,
	    "three are, from the first on");
	health_hear(&h, HEALTH_REACHED, NOW + 10000);
	health_hear(&h, HEALTH_FAILED, NOW + 10010);
	ok(h.state == PRIMARY_DOWN && h.since == NOW + 10010 &&
		h.outage == NOW + 9000,
	    "one lucky connection does not end an outage");
}

static void
test_clock(void)
{
	struct health h = {.state = PRIMARY_SUSPECT,
	    .since = NOW + 86400,
	    .outage = NOW + 86400,
	    .failures = 2};

	health_hear(&h, HEALTH_FAILED, NOW);
	ok(h.state == PRIMARY_SUSPECT && h.outage == NOW && h.since == NOW,
	    "a clock that was set back begins anew");
}

int
main(void)
{
	test_table();
	test_flapping();
	test_clock();
	return done();
}
