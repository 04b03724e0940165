/* SPDX-License-Identifier: ISC */
/* DMARC's verdict over a message (RFC 9989). */
#ifndef DMARC_H
#define DMARC_H

#include "dkimproto.h"
#include "dmarc_walk.h"
#include "from.h"

/* Fills A->dmarc from its signatures, what SPF said, and the DNS. */
void dmarc_judge(struct dmarc_dns *, const struct dkim_request *,
    const struct from *, struct dkim_answer *a);

#endif
