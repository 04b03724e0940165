/* SPDX-License-Identifier: ISC */
/*
 * What was decided of a handled domain's mail, and why, in state.db; and what
 * was deferred for its content, so that the next try is answered at once.
 */
#ifndef DECISION_H
#define DECISION_H

#include "id.h"
#include "statedb.h"

enum { REASON_LEN = 256 };

struct decision { /* strings are owned by whoever fills it */
	time_t at;
	const char *connection, *message, *client, *helo, *sender, *recipient,
	    *test, *outcome, *verdict, *reason;
	long ms;
	unsigned serial; /* of the transaction in the connection */
};

/* One row; group many with state_begin() and state_commit(). */
int decision_put(struct state_db *, const struct decision *);
/*
 * Calls EACH, in the order they were made, for the rows of WHAT: a message's
 * or a connection's name, a client's address, an address of a sender or
 * recipient; the last MOST of them.  The number of rows; -1: trouble.
 */
typedef void decision_row(void *ctx, const struct decision *);
int decision_find(struct state_db *, const char *what, unsigned most,
    decision_row *each, void *ctx);
int decision_prune(struct state_db *, time_t before);

/* A refusal to be repeated.  KEY is the caller's. */
struct repeat {
	time_t at;
	char test[16], reason[REASON_LEN];
};
enum answer repeat_find(struct state_db *, const char *key, struct repeat *);
int repeat_put(struct state_db *, const char *key, const struct repeat *);
int repeat_prune(struct state_db *, time_t before);

#endif
