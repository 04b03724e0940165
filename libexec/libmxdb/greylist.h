/* SPDX-License-Identifier: ISC */
/*
 * Which hosts are known (RFC 6647), in state.db: a host is a network, or a
 * domain whose SPF record vouches for the address, so that a pool is one host.
 */
#ifndef GREYLIST_H
#define GREYLIST_H

#include "statedb.h"

struct greylist { /* seconds; see table setting */
	time_t delay, window, white;
};

/* YES: HOST passed within WHITE.  Changes nothing. */
enum answer greylist_knows(
    struct state_db *, const struct greylist *, const char *host, time_t now);
/*
 * HOST wants to send.  YES: it may, and is known from now on.  NO: it has to
 * wait *WAIT seconds; coming early does not begin the time anew, coming later
 * than the window does.  UNAVAILABLE: go on without.
 */
enum answer greylist_ask(struct state_db *, const struct greylist *,
    const char *host, time_t now, time_t *wait);
/* HOST is known from now on. */
int greylist_note(struct state_db *, const char *host, time_t now);
/* Forgets what is of no more use. */
int greylist_prune(struct state_db *, const struct greylist *, time_t now);

#endif
