/* SPDX-License-Identifier: ISC */
/*
 * A transaction said step by step, so that each recipient's answer is known
 * before the next is asked for; mail_send() ends it.  Each returns false when
 * the session was lost; code 0 then stands where there was no reply.
 */
#ifndef STEPS_H
#define STEPS_H

#include "sendproto.h"
#include "session.h"

/* MAIL, once the server knows whose message it is. */
bool steps_begin(struct session *, struct send_request *);
/* RCPT for the one recipient of the request. */
bool steps_rcpt(struct session *, struct send_request *);

#endif
