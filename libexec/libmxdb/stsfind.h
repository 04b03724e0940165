/* SPDX-License-Identifier: ISC */
/* The MTA-STS policy of a domain: from state.db, or fetched. */
#ifndef STSFIND_H
#define STSFIND_H

#include "conf.h"
#include "dns.h"
#include "stscache.h"
#include "stsproto.h"

struct sts_question {
	const struct conf *conf;
	struct dns *dns;
	const char *domain; /* inner form */
	int64_t deadline;   /* wire_now(); of look-ups and the fetch */
};

struct sts_found {
	bool has; /* a policy that holds */
	struct sts_policy policy;
	/* a fetch that failed in this look, though an older policy may hold */
	enum sts_failure failure;
	char why[STS_REASON];
};

void sts_find(const struct sts_question *, struct sts_found *);
/* What is there already: nobody waits. */
void sts_recall(struct state_db *, const char *domain, struct sts_found *);

#endif
