/* SPDX-License-Identifier: ISC */
/* From a list of addresses to a session that is ready for mail. */
#ifndef OPEN_H
#define OPEN_H

#include "sendproto.h"
#include "session.h"

/*
 * Tries the targets of R in order until one greets and takes our EHLO or HELO
 * (RFC 5321 5.1, 3.1, 4.1.1.1).  Fills A: open, or temporary with the last
 * reply, made here where no server spoke.
 */
void open_session(
    struct session *, const struct send_request *, struct send_answer *);
/* Closes it and opens another to the same target.  False: why says so. */
bool open_again(struct session *);
/* EHLO, else HELO.  True when a reply came, good or bad. */
bool say_hello(struct session *, const char *helo, struct reply *);

#endif
