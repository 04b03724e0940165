/* SPDX-License-Identifier: ISC */
/*
 * From a failed recipient to a DSN in the queue, at most once whatever is
 * killed when:
 *
 *	1. the fails are in the message's journal, synced
 *	2. the DSN is committed as dsn/<id>-<n>
 *	3. "dsn n" is in the journal, synced; or the message is unlinked and
 *	   its directory synced
 *	4. dsn/<id>-<n> moves to queue/<sender's domain>/
 *
 * A kill before 3 is gone through again and finds the name of 2 there; one
 * after 3 is finished by sweep_dsns().
 */
#ifndef BOUNCE_H
#define BOUNCE_H

#include "dsn.h"
#include "job.h"

/* Step 2: makes the DSN of this action, if anyone wants one.  ID is its name,
 * or "" if none was made.  0, or -1 with errno. */
int bounce_make(const struct run *, const struct job *, struct message *,
    enum dsn_action, char id[ID_NAME + 1]);
/* Step 4.  0, or -1 with errno. */
int bounce_release(const struct run *, const char *sender, const char *id);

/* At the start of a run: step 4 of what was interrupted. */
void sweep_dsns(const struct run *);

#endif
