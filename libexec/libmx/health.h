/* SPDX-License-Identifier: ISC */
/*
 * The health of a domain's primary, from what callouts, probes and deliveries
 * have found: a table of states, with hysteresis, so that neither one lost
 * packet nor one lucky connection turns it.
 *
 *	UP ── fails ─► SUSPECT ── again and again ─► DOWN ── reached ─►
 *RETURNING ▲◄─ reached ─────┘                            ▲◄──── fails ───────┤
 *	└────────────────────────────────────── settled ◄─────────────────┘
 */
#ifndef HEALTH_H
#define HEALTH_H

#include <time.h>

enum primary_state { /* as state.db has them */
	PRIMARY_UNKNOWN,
	PRIMARY_UP,
	PRIMARY_DOWN,
	PRIMARY_SUSPECT,   /* it failed, but not for long */
	PRIMARY_RETURNING, /* it was DOWN and answers; not trusted yet */
	PRIMARY_STATES
};

enum health_event {
	HEALTH_REACHED, /* it greeted us and speaks SMTP */
	HEALTH_FAILED,	/* no connection, or no greeting that lets us in */
	HEALTH_SETTLED, /* it takes the mail that waited */
	HEALTH_EVENTS
};

/* SUSPECT becomes DOWN when it failed often and long enough.  RETURNING that
 * has nothing to deliver becomes UP after a while. */
enum {
	HEALTH_FAILURES = 3,  /* in a row, ... */
	HEALTH_FAILING = 120, /* ... the first so many seconds ago */
	HEALTH_RETURNED = 900
};

struct health {
	enum primary_state state;
	time_t since;	   /* of this state; of DOWN: when it first failed */
	time_t outage;	   /* when what is not over yet began; 0: nothing */
	unsigned failures; /* in a row */
};

void health_hear(struct health *, enum health_event, time_t now);
const char *health_name(enum primary_state); /* "UP" … */

#endif
