/* SPDX-License-Identifier: ISC */
/*
 * The real store: policy.db, state.db and the spool, each opened when it is
 * first needed, so that a client refused early costs none of them.
 */
#ifndef DISK_H
#define DISK_H

#include "arrivals.h"
#include "conf.h"
#include "notes.h"
#include "serve.h"
#include "spool.h"
#include "statedb.h"
#include "store.h"

struct disk {
	const struct conf *conf;
	const struct lent *lent;
	struct policy_db *policy;
	struct state_db *state;
	struct spool spool;
	bool spooled;		    /* spool is open */
	bool policy_bad, state_bad; /* said so already */
	bool tls, tls_known;	    /* STARTTLS is offered */
	struct notes notes;
	struct arrivals arrivals;
	bool drafting;
	struct draft draft;
};

void disk_init(
    struct disk *, const struct conf *, const struct lent *, struct store *);
void disk_end(struct disk *);

/* Each NULL when it can not be opened, which is logged once. */
struct policy_db *disk_policy(struct disk *);
struct state_db *disk_state(struct disk *);
/* Has written down what was decided.  0; -1: some of it is lost. */
int disk_note(struct disk *, const struct session *);

/* accept.c: the message of D->draft for every domain of the session's
 * recipients. */
bool accept_message(
    struct disk *, const struct session *, char receipt[RECEIPT_TEXT]);
/* For a primary that is asked meanwhile: the envelope without recipients; all
 * of it, as the first copy would have it, named ID.  NULL: out of memory. */
struct envelope *accept_head(const struct session *);
struct envelope *accept_whole(
    struct disk *, const struct session *, char id[ID_NAME + 1]);
/* That primary has taken the message; it is not kept here. */
struct relayed {
	const char *id, *domain, *host;
	const struct reply *reply;
};
void accept_relayed(
    struct disk *, const struct session *, const struct relayed *);

#endif
