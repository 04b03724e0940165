/* SPDX-License-Identifier: ISC */
/*
 * What came of sessions over TLS, counted for the reports of RFC 8460: a row
 * for each domain, host and result of a UTC day.
 */
#ifndef TLSRPT_ROWS_H
#define TLSRPT_ROWS_H

#include "ip.h"
#include "statedb.h"

enum { TLSRPT_TEXT = 1024, TLSRPT_WORD = 64, TLSRPT_WHY = 256 };
enum { TLSRPT_KEEP = 7 }; /* days */

struct tlsrpt_row {
	char policy[TLSRPT_WORD]; /* "tlsa", "sts", "no-policy-found" */
	char policy_domain[DOMAIN_LEN + 1];
	char policy_text[TLSRPT_TEXT]; /* lines, parted by LF */
	char host[DOMAIN_LEN + 1], ip[IP_TEXT];
	char result[TLSRPT_WORD]; /* "": success */
	char reason[TLSRPT_WHY];
	uint64_t sessions;
};

struct tlsrpt_day {  /* of a domain */
	int64_t day; /* since 1970, UTC */
	char domain[DOMAIN_LEN + 1];
};

/* Adds the sessions of a row.  0 or -1. */
int tlsrpt_add(
    struct state_db *, const struct tlsrpt_day *, const struct tlsrpt_row *);
/* The first that is behind *D in order, and before the day TODAY; begins with
 * one that is zeroed. */
enum answer tlsrpt_next(struct state_db *, int64_t today, struct tlsrpt_day *d);
/* Up to MOST rows, those of a policy together; the number, -1 on trouble. */
long tlsrpt_rows(struct state_db *, const struct tlsrpt_day *,
    struct tlsrpt_row *out, size_t most);
int tlsrpt_forget(struct state_db *, const struct tlsrpt_day *);
int tlsrpt_prune(struct state_db *, time_t now);

#endif
