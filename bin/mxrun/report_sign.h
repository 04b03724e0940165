/* SPDX-License-Identifier: ISC */
/* The signature of a report on TLS (RFC 8460 3, RFC 6376), by mx-arc(8). */
#ifndef REPORT_SIGN_H
#define REPORT_SIGN_H

#include "conf.h"
#include "spool.h"

/* The domain that From is at: the hostname, or, where that is neither who
 * signs nor below it, who signs. */
const char *report_sign_from(const struct conf *);
/* Puts the signature of what was written so far into the trace; without a key
 * it does nothing.  0; -1 with errno, ECANCELED once the log says why. */
int report_sign(const struct conf *, struct draft *, struct envelope *);

#endif
