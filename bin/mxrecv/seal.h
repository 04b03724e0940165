/* SPDX-License-Identifier: ISC */
/* Our set in the message's Authenticated Received Chain (RFC 8617). */
#ifndef SEAL_H
#define SEAL_H

#include "sealproto.h"
#include "spool.h"

struct session;

/* The fields to be put before all others, of the message in the draft; "":
 * there are none, and where they are wanted it is logged why. */
void seal_message(
    const struct session *, struct draft *, char out[SEAL_FIELDS]);

#endif
