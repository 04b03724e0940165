/* SPDX-License-Identifier: ISC */
/* Which TLSA records are for a host that mail goes to (RFC 7672 2.2, 2.2.3). */
#ifndef DANE_H
#define DANE_H

#include "dns.h"
#include "sendproto.h"

enum dane_status {
	DANE_NONE,     /* DNSSEC vouches for none: the host is as without */
	DANE_FOUND,    /* ... and at least one is of use */
	DANE_UNUSABLE, /* none is: TLS, with anybody */
	DANE_TEMPFAIL  /* nobody can tell: the host is not to be used */
};

struct dane {
	char base[DOMAIN_LEN + 1]; /* the domain they were found for */
	struct tlsa tlsa;
};

/* T's host and port, and its base as route_find() left it. */
enum dane_status dane_find(
    struct dns *, const struct send_target *t, int64_t deadline, struct dane *);

#endif
