/* SPDX-License-Identifier: ISC */
/* What state.db, which may be missing, knows of a domain's primary. */
#ifndef PRIMARY_H
#define PRIMARY_H

#include "mxq.h"
#include "primaries.h"

/* state.db, opened when it is first asked for; NULL when it is not there. */
struct state_db *primary_state_db(struct mxq *);
/* All zero where nothing is known. */
void primary_of(struct mxq *, const char *domain, struct primary *);
/* When the message is tried next: its own time, or its domain's; 0: held. */
time_t primary_next(const struct primary *, const struct message *);
/* Why it still waits; NULL when nothing was tried. */
const char *primary_reply(const struct primary *, const struct envelope *);

#endif
