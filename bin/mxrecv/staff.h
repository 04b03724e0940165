/* SPDX-License-Identifier: ISC */
/*
 * Helpers that a process keeps: from message to message, and from connection to
 * connection.  They are started by who asks them (kept.h).
 */
#ifndef STAFF_H
#define STAFF_H

#include "kept.h"
#include "slate.h"

struct staff { /* all zeroes: nobody was asked yet */
	struct kept spf, dkim;
};

/* A connection is over: what they said in it is overwritten.  All of it is on
 * the slate. */
void staff_rest(struct staff *, const struct slate *);
void staff_end(struct staff *);

#endif
