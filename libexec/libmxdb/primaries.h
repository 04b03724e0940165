/* SPDX-License-Identifier: ISC */
/*
 * What is known of each domain's primary (state.db, table primary_mx), and
 * what news of it changes.
 */
#ifndef PRIMARIES_H
#define PRIMARIES_H

#include "backoff.h"
#include "health.h"
#include "statedb.h"

enum {
	PRIMARY_ASK_AGAIN = 30, /* seconds after which a SUSPECT is tried */
	PRIMARY_FRESH = 60 /* seconds for which UP need not be said again */
};

struct primary { /* one row a domain */
	struct health health;
	time_t last_attempt; /* 0: none */
	time_t next_attempt; /* by the table backoff, while it is not reached */
	time_t next_ask;     /* no callout before */
	time_t down;  /* seconds it was DOWN before; state_primary_put() adds
			 what ends, and does not read this */
	time_t doubt; /* since when its 5xx are not believed; 0: they are */
	char doubt_why[256];
	char host[DOMAIN_LEN + LITERAL_LEN + 2];
	char reply[512]; /* of what failed last; "" while reached */
};

struct news { /* of a primary */
	enum health_event event;
	time_t at;
	const char *host, *reply;
	const struct backoff *backoff;
};

/* Applies NEWS.  True: the state is another than before. */
bool primary_hear(struct primary *, const struct news *);
/* It failed last, and is not to be reached until its next attempt. */
bool primary_is_away(const struct primary *);
/* No connection to deliver is made before that; 0: at any time. */
time_t primary_due(const struct primary *);
/* It was DOWN when it was heard of last, or has not settled since. */
bool primary_returns(const struct primary *);
/* Seconds it was DOWN in all: by this the memory of its answers stands still
 * while it can not be asked. */
time_t primary_down(const struct primary *, time_t now);

/* Zeroed unless YES. */
enum answer state_primary(
    struct state_db *, const char *domain, struct primary *out);
int state_primary_put(
    struct state_db *, const char *domain, const struct primary *);

#endif
