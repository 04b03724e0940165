/* SPDX-License-Identifier: ISC */
/* Reads the message, by and by, for those who look at it. */
#ifndef FEED_H
#define FEED_H

#include <stdint.h>

#include "chain.h"
#include "from.h"
#include "verify.h"

struct eaters {
	struct verify *verify;
	struct chain *chain;
	struct from *from; /* of the From fields alone */
};

/*
 * Pushes the message of R into those who look at it, and settles the
 * signatures.  0; -1 with errno, EMSGSIZE when the header section is longer
 * than HEADER_LEN.
 */
int feed_message(
    const struct eaters *, const struct dkim_request *r, int64_t deadline);

#endif
