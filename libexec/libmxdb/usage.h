/* SPDX-License-Identifier: ISC */
/*
 * What waits for each domain, about (state.db): a walk counts and puts, a
 * message that comes adds.  So what is missed or counted twice is put right by
 * the next walk, and nothing can drift.
 */
#ifndef USAGE_H
#define USAGE_H

#include "statedb.h"

struct usage {
	uint64_t messages, held, octets;
	time_t oldest; /* when the first came that is not held; 0: none */
	time_t delays; /* until when senders were told of delays */
};

/* Zeroed unless YES. */
enum answer usage_find(struct state_db *, const char *domain, struct usage *);
int usage_put(struct state_db *, const char *domain, const struct usage *);
/* One message of so many octets has come. */
int usage_add(
    struct state_db *, const char *domain, uint64_t octets, time_t now);

/* When the domain's contact was last told of KIND; 0: never. */
time_t notice_told(struct state_db *, const char *domain, const char *kind);
int notice_tell(
    struct state_db *, const char *domain, const char *kind, time_t now);

#endif
