/* SPDX-License-Identifier: ISC */
/* Where answers of the DNS come from: the resolver, or a test. */
#ifndef SOURCE_H
#define SOURCE_H

#include "dns.h"

struct source {
	enum dns_status (*text)(void *, const char *name, struct dns_text *);
	enum dns_status (*addresses)(void *, const char *name, int family,
	    struct ip[DNS_ADDR_MAX], size_t *n);
	enum dns_status (*exchangers)(
	    void *, const char *name, struct dns_mx[DNS_MX_MAX], size_t *n);
	enum dns_status (*names)(void *, const struct ip *,
	    char[DNS_NAMES_MAX][DOMAIN_LEN + 1], size_t *n);
	void *ctx;
};

#endif
