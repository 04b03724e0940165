/* SPDX-License-Identifier: ISC */
#ifndef RUN_H
#define RUN_H

#include "conf.h"

/* One walk of the queue, or of the NAMED domains (NULL-terminated) only.
 * Returns an exit status. */
int run_queue(const struct conf *, char *named[], bool progress);

#endif
