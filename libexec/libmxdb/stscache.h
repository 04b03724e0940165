/* SPDX-License-Identifier: ISC */
/* MTA-STS policies that were fetched (state.db, table sts). */
#ifndef STSCACHE_H
#define STSCACHE_H

#include "statedb.h"
#include "sts.h"

struct sts_entry {
	char id[STS_ID + 1]; /* of the record, when it was fetched */
	time_t fetched;	     /* 0: no policy is there */
	time_t tried;	     /* when it was last asked for */
	struct sts_policy policy;
};

/* Zeroed unless YES. */
enum answer stscache_find(
    struct state_db *, const char *domain, struct sts_entry *out);
int stscache_put(
    struct state_db *, const char *domain, const struct sts_entry *);
/* Out with those that are over. */
int stscache_prune(struct state_db *, time_t now);
/* The policy holds at NOW (RFC 8461 3.2, max_age). */
bool stscache_holds(const struct sts_entry *, time_t now);

#endif
