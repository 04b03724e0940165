/* SPDX-License-Identifier: ISC */
/* The message that a DSN speaks of, as its last part. */
#ifndef DSN_ORIGINAL_H
#define DSN_ORIGINAL_H

#include "spool.h"

enum { ORIGINAL_MAX = 1 << 20 }; /* a larger one goes back as its header */

/* Fit to be enclosed whole: not large, 7 bits, lines within RFC 5321
 * 4.5.3.1.6. */
bool original_is_plain(const struct message *);
/* Appends the trace fields and the message, WHOLE or its header section, in
 * which what is not ASCII becomes '?' and long lines are cut.  0 or -1. */
int original_write(struct draft *, const struct message *, bool whole);

#endif
