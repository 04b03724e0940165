/* SPDX-License-Identifier: ISC */
/* TLS for a session (RFC 3207), by mx-tls(8). */
#ifndef STARTTLS_H
#define STARTTLS_H

#include "session.h"

/*
 * Of a session that has heard EHLO's answer: what T demands, and EHLO again.
 * True: the session can go on, over TLS or as it was; what came of it is in
 * secured.  False: it is closed, or OUT says why it must be.
 */
bool starttls(struct session *, const struct send_target *t, struct reply *out);

#endif
