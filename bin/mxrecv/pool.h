/* SPDX-License-Identifier: ISC */
/*
 * Hosts that the greylist takes for one: those of a domain whose SPF record
 * vouches for them.
 */
#ifndef POOL_H
#define POOL_H

#include <stdbool.h>

#include "ip.h"

struct spf_finding;

/*
 * Whether a pass says that CLIENT is one of the domain's own hosts: the
 * mechanism that matched names addresses, and no large part of the Internet.
 * "all", "exists" and "ptr" are not the domain's to answer for.
 */
bool pool_names_hosts(const struct spf_finding *, const struct ip *client);

#endif
