/* SPDX-License-Identifier: ISC */
/* A new set (RFC 8617 5.1): its three fields, the seal first; or a
 * DKIM-Signature (RFC 6376 5). */
#ifndef SET_H
#define SET_H

#include "sealproto.h"
#include "signer.h"

/* Fills A's fields, or its error. */
void set_make(struct signer *, const struct seal_asked *, int message,
    struct seal_answer *a);

#endif
