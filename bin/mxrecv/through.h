/* SPDX-License-Identifier: ISC */
/*
 * Cut-through (setting when_up, relay): while a domain's primary is UP, its own
 * answers to RCPT and to the message are the client's.  The message is written
 * to the spool's draft all the same, and kept when the primary is lost on the
 * way.
 */
#ifndef THROUGH_H
#define THROUGH_H

#include <stdbool.h>

#include "param.h"
#include "reply.h"
#include "session.h"

/* Of the recipient that is looked at, when the checks are done.  True: it may
 * be added; false: R is the refusal. */
bool through_rcpt(struct session *, const struct rcpt_params *, struct reply *);
/* It could not be added here: the primary must not get the message for it. */
void through_take_back(struct session *);
/* The message is here, and good.  True: R is the primary's last word on it. */
bool through_data(struct session *, struct reply *, bool *taken);

#endif
