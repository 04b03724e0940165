/* SPDX-License-Identifier: ISC */
/* One message to the recipients of a request, in one transaction. */
#ifndef MAIL_H
#define MAIL_H

#include "sendproto.h"
#include "session.h"

/*
 * Fills the recipients' answers and returns true when the session can take
 * another transaction; recipients left unanswered are for that one.  When
 * false, all are answered, with code 0 where the outcome is not known.
 */
bool mail_send(struct session *, struct send_request *);
/* Leaves an abandoned transaction behind, to begin another. */
bool mail_start(struct session *);

#endif
