/* SPDX-License-Identifier: ISC */
/*
 * Between spool.c and draft.c: a domain's directory while something is put
 * into it.  A runner removes directories that are empty, so the name comes
 * first, and what makes the directory durable after it.
 */
#ifndef SPOOL_PARTS_H
#define SPOOL_PARTS_H

#include "spool.h"

/* How often a directory may go before something stands in it. */
enum { SPOOL_TRIES = 50 };

/* queue/<domain>, made when it is missing and perhaps not on disk yet; -1 with
 * errno, ENOENT when it went again at once. */
int spool_take_domain(const struct spool *, const char *domain);
/* Syncs it, and its own name when that may not be on disk: from now on what
 * stands in it can be relied on. */
int spool_keep_domain(const struct spool *, int dir);

#endif
