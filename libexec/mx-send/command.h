/* SPDX-License-Identifier: ISC */
/* MAIL and RCPT with the parameters a server offers to understand. */
#ifndef COMMAND_H
#define COMMAND_H

#include "ehlo.h"
#include "sendproto.h"

enum { COMMAND_LINE = MAILBOX_LEN + ORCPT_LEN + ENVID_LEN + 200 };

/* With CR LF, NUL-terminated.  All values were checked when the request was
 * read, and fit. */
void command_mail(
    const struct send_request *, const struct ehlo *, char[COMMAND_LINE]);
void command_rcpt(
    const struct send_rcpt *, const struct ehlo *, char[COMMAND_LINE]);

#endif
