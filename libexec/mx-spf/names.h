/* SPDX-License-Identifier: ISC */
/*
 * The validated names of the client (RFC 7208 5.5): those in its reverse zone
 * that lead back to its address.
 */
#ifndef NAMES_H
#define NAMES_H

#include "source.h"

struct names { /* asked for once, and only if a record wants them */
	bool known;
	size_t n;
	char name[DNS_NAMES_MAX][DOMAIN_LEN + 1];
};

/* One of them is DOMAIN or below it. */
bool names_match(struct names *, const struct source *, const struct ip *,
    const char *domain);
/* What %{p} is (RFC 7208 7.3): DOMAIN itself, one below it, another, or
 * "unknown". */
const char *names_best(struct names *, const struct source *, const struct ip *,
    const char *domain);

#endif
