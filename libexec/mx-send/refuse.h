/* SPDX-License-Identifier: ISC */
/* What a server's EHLO already says it will not take, or may not have. */
#ifndef REFUSE_H
#define REFUSE_H

#include "sendproto.h"
#include "session.h"

/* Answers the recipients for whom there is no use in asking; true when no
 * other is left. */
bool refuse_locally(struct send_request *, const struct session *);
/* Answers all that have no answer yet. */
void answer_all(
    struct send_request *, int code, const char *enhanced, const char *text);

#endif
