/* SPDX-License-Identifier: ISC */
/* Reads the message, by and by, for those who look at it. */
#ifndef FEED_H
#define FEED_H

#include <stdint.h>

#include "from.h"
#include "verify.h"

/*
 * Pushes the message of R into V and its From fields into F, and settles the
 * signatures.  0; -1 with errno, EMSGSIZE when the header section is longer
 * than HEADER_LEN.
 */
int feed_message(struct verify *v, const struct dkim_request *r,
    int64_t deadline, struct from *f);

#endif
