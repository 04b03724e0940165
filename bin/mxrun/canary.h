/* SPDX-License-Identifier: ISC */
/* Which message goes first to a primary that may be only half there. */
#ifndef CANARY_H
#define CANARY_H

#include "due.h"
#include "learned.h"

/* Puts the oldest small message to a recipient that was taken before at the
 * head of DUE; leaves the order where none is among the first. */
void canary_first(struct due *, int dir, struct learned *);

#endif
