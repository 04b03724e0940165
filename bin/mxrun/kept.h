/* SPDX-License-Identifier: ISC */
/*
 * What a worker keeps from one domain to the next, for it is dear to start: an
 * mx-send, the resolver, state.db.  Each is made when it is first wanted.
 *
 * An mx-send that was kept has talked to other primaries, any of them hostile.
 * Who broke into it could see the mail of the domains that come after; so it
 * has a number of them and no more (sender_rest), forgets a session when it
 * closes it, and whatever went wrong with it ends it.
 */
#ifndef KEPT_H
#define KEPT_H

#include "conf.h"
#include "dns.h"
#include "sendproto.h"
#include "statedb.h"

struct kept {
	const struct conf *conf;
	struct sender *sender; /* at rest; NULL: none */
	struct dns *dns;
	struct state_db *state;
	bool asked; /* for state */
};

void kept_init(struct kept *, const struct conf *);
void kept_end(struct kept *);
/* The one that rests, or a new one; NULL with errno. */
struct sender *kept_sender(struct kept *);
/* Keeps one for later, whose session is to end; false: it is the caller's, as
 * there is one already, or it is of no more use. */
bool kept_rest(struct kept *, struct sender *);
/* NULL: it can not be set up. */
struct dns *kept_dns(struct kept *);
/* NULL: state.db is of no use. */
struct state_db *kept_state(struct kept *);

#endif
