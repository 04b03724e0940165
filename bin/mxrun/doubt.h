/* SPDX-License-Identifier: ISC */
/*
 * Whether a primary's 5xx are believed.  One that comes back half repaired (a
 * domain it has forgotten, an empty table of users) refuses mail for people
 * who are there, and a queue that waited for days would be bounced in a
 * minute.  So while one returns, and where many wait, the first replies are
 * looked at before any is believed.
 */
#ifndef DOUBT_H
#define DOUBT_H

#include <stdbool.h>
#include <time.h>

enum {
	DOUBT_FIRST = 20,  /* recipients that are looked at, and ... */
	DOUBT_PERCENT = 20 /* ... the share of refusals that is too much */
};

struct doubt {
	bool off;		 /* all is believed */
	bool watching;		 /* the first are not all seen yet */
	bool doubted;		 /* no 5xx is believed */
	time_t since;		 /* when it began; 0: not */
	bool good_refused;	 /* one that was taken before */
	unsigned asked, refused; /* of the first */
	char why[256];
};

struct doubt_rule {
	time_t settle; /* seconds it lasts; 0: never */
	time_t since;  /* when it began in an earlier run; 0: it has not */
	bool watch;    /* the primary returns, or many wait */
};

void doubt_begin(struct doubt *, const struct doubt_rule *, time_t now);
/* A recipient was taken or refused; GOOD: it was taken before, and WHO is its
 * name.  True: doubt begins with it. */
bool doubt_note(struct doubt *, bool refused, const char *good, time_t now);
/* The walk is over.  True: doubt begins, or ends: since tells. */
bool doubt_end(struct doubt *, time_t now);
/* A 5xx now means that the message waits. */
bool doubt_waits(const struct doubt *);

#endif
