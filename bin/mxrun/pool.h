/* SPDX-License-Identifier: ISC */
/*
 * Workers, one process a domain, so many at once as mx.conf says.  Only the
 * parent writes state.db, from what they report.
 */
#ifndef POOL_H
#define POOL_H

#include "books.h"
#include "jobs.h"

struct tally { /* of a run */
	unsigned domains, delivered, deferred, bounced, held, busy;
	bool trouble;
};

/* Serves all jobs that are due; false: policy.db can not be read. */
bool pool_run(
    const struct run *, struct books *, const struct jobs *, struct tally *);

#endif
