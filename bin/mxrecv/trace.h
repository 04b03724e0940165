/* SPDX-License-Identifier: ISC */
/*
 * The fields that a message gains, each put behind what is in OUT, in the order
 * of these functions: the one Received field (RFC 5321 4.4, RFC 3848, RFC 6531
 * 3.7.3), above it who vouches for the message, as filters behind us parse it.
 */
#ifndef TRACE_H
#define TRACE_H

#include <stddef.h>
#include <time.h>

#include "session.h"

enum { TRACE_LEN = 40 * 1024 }; /* half of it may be a seal */

/* The protocol of the session: "ESMTP", "SMTP", "UTF8SMTP". */
const char *trace_protocol(const struct session *);
/* Authentication-Results (RFC 8601), and Received-SPF (RFC 7208 9.1), of what
 * was found out. */
void trace_results(const struct session *, char out[TRACE_LEN]);
void trace_spf(const struct session *, char out[TRACE_LEN]);
/* Received; FOR is the single recipient, or NULL. */
void trace_received(const struct session *, const char *id, const char *for_,
    time_t when, char out[TRACE_LEN]);
/* X-Spam-Status: what SpamAssassin said, if it was asked. */
void trace_spam(const struct session *, char out[TRACE_LEN]);

#endif
