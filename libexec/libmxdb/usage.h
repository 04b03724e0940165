/* SPDX-License-Identifier: ISC */
/*
 * What waits for each domain, about (state.db): a walk counts and puts, a
 * message that comes adds.  So what is missed or counted twice is put right by
 * the next walk, and nothing can drift.
 */
#ifndef USAGE_H
#define USAGE_H

#include <sys/stat.h>

#include "statedb.h"

struct usage {
	uint64_t messages, held, octets;
	time_t oldest; /* when the first came that is not held; 0: none */
	time_t delays; /* until when senders were told of delays */
};

/*
 * What a walk has found, but for what came at its end, and what tells whether
 * that is still so, though more has come: no name has come or gone that is
 * older, and nobody but a walk has held one or let it go.
 */
struct sums {
	struct usage usage; /* without delays */
	time_t until;	    /* of messages that came before, by their names */
	uint64_t names;	    /* the sum of their id_sum() */
	int64_t steered;    /* spool_steered() before; 0: so lately that its
			       clock could hide another */
};

/* Adds a message: its NAME tells when it came; a DSN's, when that came which it
 * is about. */
void usage_count(struct usage *, const char *name, const struct stat *);
/* Zeroed unless YES. */
enum answer usage_find(struct state_db *, const char *domain, struct usage *);
int usage_put(struct state_db *, const char *domain, const struct usage *);
/* One message of so many octets has come. */
int usage_add(
    struct state_db *, const char *domain, uint64_t octets, time_t now);

/* Zeroed unless YES. */
enum answer sums_find(struct state_db *, const char *domain, struct sums *);
int sums_put(struct state_db *, const char *domain, const struct sums *);
/* A walk is about to change what they tell, and may not come to its end. */
int sums_forget(struct state_db *, const char *domain);

/* When the domain's contact was last told of KIND; 0: never. */
time_t notice_told(struct state_db *, const char *domain, const char *kind);
int notice_tell(
    struct state_db *, const char *domain, const char *kind, time_t now);

#endif
