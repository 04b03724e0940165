/* SPDX-License-Identifier: ISC */
/* How mail goes out to a domain, as its settings say (mx-schema(5)). */
#ifndef OUTBOUND_H
#define OUTBOUND_H

#include "job.h"
#include "route.h"

/* False: the settings can not be read, or are none that we know. */
bool outbound_look_up(struct policy_db *, struct job *);
/* What each target of a route has to be. */
void outbound_demand(const struct job *, struct route *);
/* The log of what came of TLS. */
void outbound_log(const struct job *, const struct send_answer *);
/* Of the session in hand: the server hears of one client after another, so
 * that it is better to sort messages by client. */
bool outbound_tells_client(const struct job *, const struct send_answer *);

#endif
