/* SPDX-License-Identifier: ISC */
/*
 * Whose message comes, told to a server that trusts us: XCLIENT, by which it
 * judges the original client as if that had connected, or XFORWARD, for its
 * log alone (XCLIENT_README and XFORWARD_README of Postfix).
 */
#ifndef IDENTITY_H
#define IDENTITY_H

#include "sendproto.h"
#include "session.h"

/*
 * Before a transaction: the session is one in which the server knows R's
 * client, or knows of none if R has none.  False: it was lost, and says why;
 * or the server will not hear this client, then the recipients are answered,
 * and the session is resting.
 */
bool identity_show(struct session *, struct send_request *);

enum { XFORWARD_TEXT = 2 * 512 + 1 };
/* The XFORWARD commands, with CR LF, that go before R's MAIL; their number. */
unsigned identity_forward(const struct session *, const struct send_request *,
    char out[XFORWARD_TEXT]);
/* Their replies.  A refusal does no harm; false: the session was lost. */
bool identity_hear(struct session *, unsigned *commands);

#endif
