/* SPDX-License-Identifier: ISC */
/* A message, from the request to the answer. */
#ifndef CHECK_H
#define CHECK_H

#include "dkimproto.h"

struct checker; /* what a process has for all that it checks */

/* Loads what needs files, then gives them up with all else (sandbox.h), before
 * a message is read or the DNS asked; SECONDS of CPU.  NULL with errno. */
struct checker *checker_new(unsigned seconds);
void checker_free(struct checker *);
/* 0; -1 with errno. */
int check_message(
    const struct checker *, const struct dkim_request *, struct dkim_answer *);

#endif
