/* SPDX-License-Identifier: ISC */
/* Both identities of a client, from the request to the answer. */
#ifndef CHECK_H
#define CHECK_H

#include "source.h"
#include "spfproto.h"

struct checker; /* what a process has for all that it checks */

/* Reads files, then gives them up with all else (sandbox.h), before the DNS is
 * asked; SECONDS of CPU.  NULL with errno. */
struct checker *checker_new(unsigned seconds);
void checker_free(struct checker *);
/* 0; -1 with errno. */
int check_client(
    const struct checker *, const struct spf_request *, struct spf_answer *);
/* The same by another source than the request's resolvers, without a sandbox.
 */
int check_with(
    const struct source *, const struct spf_request *, struct spf_answer *);

#endif
