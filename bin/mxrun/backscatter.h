/* SPDX-License-Identifier: ISC */
/*
 * A bounce that would hit one who has sent nothing is not made (RFC 3834 2,
 * RFC 5321 4.5.5): what was verified of the sender at reception decides.
 */
#ifndef BACKSCATTER_H
#define BACKSCATTER_H

#include "deliver.h"

/* Whether the sender of L's message is told of what has failed.  If not, the
 * message is held for the domain's owner as soon as no recipient waits. */
bool backscatter_may_bounce(struct lane *);

/* The same without an effect: "" or why not. */
void backscatter_why(struct lane *, char why[160]);

#endif
