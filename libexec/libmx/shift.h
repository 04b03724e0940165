/* SPDX-License-Identifier: ISC */
/*
 * How long a process of a helper serves that answers requests one after the
 * other: it ends before what its libraries leak or hold on to tells, and while
 * there is CPU time for one more.  Who asks starts another (kept.h).
 */
#ifndef SHIFT_H
#define SHIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHIFT_REQUESTS = 100, SHIFT_IDLE_MS = 5 * 1000 };
#define SHIFT_MEMORY ((size_t)64 << 20) /* a quarter of sandbox.h's */

struct shift {
	unsigned seconds;  /* of CPU, for a request */
	unsigned requests; /* so far */
};

/* What the process has to be allowed, so that no request has less than its
 * own. */
unsigned shift_seconds(const struct shift *);
/* The time by which the next request has to be here; -1: the first may take as
 * long as it will. */
int64_t shift_patience(const struct shift *);
/* A request was answered, and all that was of it is free.  False: no more. */
bool shift_goes_on(struct shift *);

#endif
