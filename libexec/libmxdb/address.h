/* SPDX-License-Identifier: ISC */
/*
 * What callouts have learned of addresses, in state.db, and how many they may
 * be.
 */
#ifndef ADDRESS_H
#define ADDRESS_H

#include "statedb.h"

enum address_kind {
	ADDRESS_RECIPIENT = 'r', /* one of a handled domain */
	ADDRESS_SENDER = 's',
	ADDRESS_CATCHALL = 'c' /* the domain: any local part is taken */
};

struct address {
	bool good;
	time_t asked;
	time_t good_at; /* when it was last good; 0: never.  As found */
	unsigned times; /* the same was said so often in a row */
	time_t down;	/* primary_down() of the domain when it was asked */
	char reply[256];
};

/* Good ones are remembered 31 days and asked again after 7, bad ones 2 hours,
 * after three confirmations 3 days. */
enum {
	ADDRESS_GOOD = 31 * 86400,
	ADDRESS_REFRESH = 7 * 86400,
	ADDRESS_BAD = 2 * 3600,
	ADDRESS_CONFIRMED = 3 * 86400,
	ADDRESS_CONFIRMATIONS = 3
};

enum answer address_find(struct state_db *, enum address_kind,
    const char *address, struct address *);
/* Notes what was just said; counts how often in a row. */
int address_note(struct state_db *, enum address_kind, const char *address,
    const struct address *);
/* Whether it still holds; DOWN as primary_down() has it now, 0 for senders. */
bool address_holds(const struct address *, time_t now, time_t down);
/* It holds, and is old enough to be asked again in the background. */
bool address_is_stale(const struct address *, time_t now, time_t down);

enum { BUDGET_LONGEST = 86400 }; /* no PERIOD is longer */
/* Takes one of MOST from NAME's budget of PERIOD seconds.  NO: none is left. */
enum answer budget_take(struct state_db *, const char *name, unsigned most,
    time_t period, time_t now);
/* Whether one is left, taking none. */
enum answer budget_left(struct state_db *, const char *name, unsigned most,
    time_t period, time_t now);

int address_prune(struct state_db *, time_t now);

#endif
