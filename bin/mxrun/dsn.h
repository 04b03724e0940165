/* SPDX-License-Identifier: ISC */
/*
 * Delivery status notifications: what they say (RFC 3461 6, RFC 3462,
 * RFC 3464).  All of it is printable ASCII in short lines, whatever the
 * message and the primary sent.
 */
#ifndef DSN_H
#define DSN_H

#include "conf.h"
#include "reply.h"
#include "spool.h"

enum dsn_action {
	DSN_FAILED,
	DSN_DELAYED, /* it waits on */
	DSN_RELAYED  /* to a host that knows no DSN (RFC 3461 6.2.4) */
};

/* The recipient is why a DSN of this action is made.  One that was FAILED also
 * tells who was relayed before, and not reported yet. */
bool dsn_wants(const struct envelope *, size_t rcpt, enum dsn_action);

/* Some recipient does. */
bool dsn_is_wanted(const struct envelope *, enum dsn_action);

/* Writes the report on M's recipients that want one; 0, or -1 with errno. */
int dsn_write(struct draft *, const struct conf *, struct message *m,
    const char *id, enum dsn_action);

#endif
