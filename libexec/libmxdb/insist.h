/* SPDX-License-Identifier: ISC */
/*
 * Senders who are told to use a primary that is UP, and come again and again
 * because their own way to it is broken (state.db).
 */
#ifndef INSIST_H
#define INSIST_H

#include "statedb.h"

enum {
	INSIST_TIMES = 3,      /* this one is taken, */
	INSIST_SECONDS = 3600, /* ... the first was so long ago, */
	INSIST_APART = 300,    /* ... and each counts that is so much later */
	INSIST_FORGET = 7 * 86400
};

/* Counts a try of KEY (network, sender, recipient).  YES: it is to be taken,
 * now and for as long as it comes. */
enum answer insist_try(struct state_db *, const char *key, time_t now);
int insist_prune(struct state_db *, time_t now);

#endif
