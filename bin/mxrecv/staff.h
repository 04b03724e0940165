/* SPDX-License-Identifier: ISC */
/*
 * Helpers that a process keeps: from message to message, and from connection to
 * connection.  They are started by who asks them (kept.h).
 */
#ifndef STAFF_H
#define STAFF_H

#include "kept.h"

struct staff { /* all zeroes: nobody was asked yet */
	struct kept spf, dkim;
};

/* A connection is over: what they said in it is overwritten. */
void staff_rest(struct staff *);
void staff_end(struct staff *);

#endif
