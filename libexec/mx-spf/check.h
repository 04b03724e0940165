/* SPDX-License-Identifier: ISC */
/* Both identities of one client, from the request to the answer. */
#ifndef CHECK_H
#define CHECK_H

#include "source.h"
#include "spfproto.h"

/* Enters the sandbox before it asks the DNS.  0; -1 with errno. */
int check_client(const struct spf_request *, struct spf_answer *);
/* The same by another source than the request's resolvers, without a sandbox.
 */
int check_with(
    const struct source *, const struct spf_request *, struct spf_answer *);

#endif
