/* SPDX-License-Identifier: ISC */
/*
 * What libspf2 asks about while it evaluates one identity: which name a token
 * stands for, the answer of the DNS, the limits of RFC 7208 4.6.4, and where it
 * is.  Once something is settled here no answer is given any more, and what the
 * library makes of it does not count.
 */
#ifndef LOOKUP_H
#define LOOKUP_H

#include "canon.h"
#include "macro.h"
#include "names.h"
#include "source.h"
#include "spfproto.h"

struct lookup {
	/* to be set */
	const struct source *source;
	struct names *names;
	const struct ip *client;
	const char *helo, *local, *sender_domain;
	struct spf_finding *finding;

	bool settled; /* FINDING is final */
	struct lookup_record {
		char domain[DOMAIN_LEN + 1];
		char *text;
		size_t len;
		struct token from; /* the term that led here */
		bool included;	   /* by an include: */
	} record[SPF_RECORDS];
	unsigned records;
	struct token at; /* the term that was reached last */
	unsigned terms, voids;
	struct dns_mx mx[DNS_MX_MAX]; /* of the last mx */
	size_t hosts;
	struct dns_text answer;
};

/* For each of these: true with an answer, false when all is settled.  The
 * record that TOKEN leads to; NULL for the identity's own: */
bool lookup_record(struct lookup *, const char *token, struct canon *);
/* Addresses of the client's family; of an "exists" any. */
bool lookup_addresses(
    struct lookup *, const char *token, struct ip[DNS_ADDR_MAX], size_t *n);
/* How many exchangers there are; they are hosts 1 to N of the token. */
bool lookup_exchangers(struct lookup *, const char *token, size_t *n);

/* The library is done, and its result is good unless something was settled. */
void lookup_finish(struct lookup *, enum spf_result);
/* It is of no use. */
void lookup_fail(struct lookup *, const char *why);
/* Frees what belongs to the evaluation. */
void lookup_clear(struct lookup *);

#endif
