/* SPDX-License-Identifier: ISC */
/* Whether recipients would be accepted (RFC 5321 3.3, as far as RCPT). */
#ifndef PROBE_H
#define PROBE_H

#include "session.h"

/* Fills the request's replies; what was not asked has none.  True when the
 * session can go on. */
bool probe_send(struct session *, struct send_request *);

#endif
