/* SPDX-License-Identifier: ISC */
/*
 * What deliveries teach about recipients (state.db, table address): one that
 * was taken exists.  A worker has a handle of its own, opened after the fork.
 */
#ifndef LEARNED_H
#define LEARNED_H

#include "kept.h"

enum { LEARNED_MOST = 100 };

struct learned {
	struct kept *kept;
	bool off; /* nothing is learned: the domain is not handled */
	unsigned n;
	char *good[LEARNED_MOST]; /* not written yet */
};

void learned_init(struct learned *, struct kept *, bool handled);
void learned_end(struct learned *);
/* MAILBOX was taken. */
void learned_note(struct learned *, const char *mailbox);
/* Whether it was ever taken, here or by the primary's word. */
bool learned_was_good(struct learned *, const char *mailbox);

/* budget_take() from state.db. */
enum answer learned_budget(
    struct learned *, const char *name, unsigned most, time_t period);

#endif
