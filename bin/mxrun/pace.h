/* SPDX-License-Identifier: ISC */
/*
 * How many connections a primary is given at once: one until it has taken a
 * message, then 2, 4, 8, then one more at a time, as long as its answers are
 * clean and not slower than they were; half as many when it asks for less.
 */
#ifndef PACE_H
#define PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "reply.h"

struct pace {
	unsigned allowed, most;
	unsigned clean; /* answers since it changed */
	bool gentle;	/* it was pushed back: no more doubling */
	int64_t best;	/* ms that the quickest answer took; -1: none yet */
};

void pace_begin(struct pace *, unsigned most);
/* A message was answered after MS. */
void pace_answer(struct pace *, int64_t ms);
/* It asked for less: 421, 4.7.x, 4.3.2. */
void pace_push_back(struct pace *);
/* It did not let a connection in beside OPEN others. */
void pace_refuse(struct pace *, unsigned open);
/* Whether the reply asks for less. */
bool pace_is_push_back(const struct reply *);

#endif
