/* SPDX-License-Identifier: ISC */
/*
 * Where mail for a domain goes (RFC 5321 5.1): the row's route, else MX hosts
 * better than ourselves, else the domain's own address.
 */
#ifndef ROUTE_H
#define ROUTE_H

#include "conf.h"
#include "dns.h"
#include "sendproto.h"

enum route_status {
	ROUTE_FOUND,
	ROUTE_TEMPORARY, /* for a domain that we handle, all trouble is */
	ROUTE_OURS,	 /* it leads back to this host, and no further */
	ROUTE_PERMANENT	 /* no such domain, or it takes no mail: a DSN's only */
};

struct route {
	size_t n; /* targets, best first */
	/* base: the first domain to be asked for TLSA records (RFC 7672 2.2),
	 * "" for none: DNSSEC does not vouch for what led to the target */
	struct send_target target[SEND_TARGETS];
	bool named;  /* by the row, not by the DNS */
	bool secure; /* nobody but the domain chose the hosts */
	/* where the domain's own aliases lead, if it has any; of MX records */
	char owner[DOMAIN_LEN + 1];
	char reason[256]; /* when there are none */
};

struct route_question {
	const char *domain; /* inner form, or an address literal */
	bool handled;	    /* ours to keep for: no trouble is permanent */
	const char *row;    /* the row's route, "" for none */
	int64_t deadline;   /* wire_now(); of all look-ups */
};

enum route_status route_find(struct dns *, const struct conf *,
    const struct route_question *, struct route *);

/* "[host]:port" or "[host]", port 25.  False: malformed. */
bool route_parse(
    const char *s, char host[DOMAIN_LEN + 1], unsigned short *port);

#endif
