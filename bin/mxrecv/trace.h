/* SPDX-License-Identifier: ISC */
/*
 * The one Received field that each message gains (RFC 5321 4.4, RFC 3848,
 * RFC 6531 3.7.3), written as filters behind us parse it.
 */
#ifndef TRACE_H
#define TRACE_H

#include <stddef.h>
#include <time.h>

#include "session.h"

enum { TRACE_LEN = 2048 };

/* The protocol of the session: "ESMTP", "SMTP", "UTF8SMTP". */
const char *trace_protocol(const struct session *);
/* The field, folded, with CR LF.  FOR is the single recipient, or NULL. */
void trace_received(const struct session *, const char *id, const char *for_,
    time_t when, char out[TRACE_LEN]);
/* What SpamAssassin said, if it was asked: X-Spam-Status, put behind what is
 * in OUT. */
void trace_spam(const struct session *, char out[TRACE_LEN]);

#endif
