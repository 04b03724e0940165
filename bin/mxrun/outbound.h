/* SPDX-License-Identifier: ISC */
/* How mail goes out to a domain, as its settings say (mx-schema(5)). */
#ifndef OUTBOUND_H
#define OUTBOUND_H

#include "job.h"

/* False: the settings can not be read, or are none that we know. */
bool outbound_look_up(struct policy_db *, struct job *);
/* Of the session in hand: the server hears of one client after another, so
 * that it is better to sort messages by client. */
bool outbound_tells_client(const struct job *, const struct send_answer *);

#endif
