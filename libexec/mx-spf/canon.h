/* SPDX-License-Identifier: ISC */
/*
 * What libspf2 is shown of a record.  Every name in it is a token of ours, that
 * says which term of which record is meant; addresses are the client's; what
 * can not match, and what comes after what must, is left out.
 *
 *	v=spf1 mx:%{d}/0 ip4:198.51.100.0/24 ip4:192.0.2.0/24 ~all exp=…
 *	-> v=spf1 +mx:t0-7-0.spf/32 exists:t0-39-0.spf +ip4:192.0.2.1
 *
 * The "exists" in front of a mechanism that asks nobody tells us that it is
 * reached.
 */
#ifndef CANON_H
#define CANON_H

#include <stdbool.h>
#include <stddef.h>

#include "ip.h"

enum { CANON_LEN = 1024, TOKEN_LEN = 32 };
enum {
	SPF_TERMS = 10, /* that ask the DNS (RFC 7208 4.6.4) */
	SPF_VOIDS = 2,	/* of them, that find nothing */
	SPF_HOSTS = 10, /* of an mx */
	SPF_RECORDS = SPF_TERMS + 1
};

struct token {
	unsigned record;
	size_t offset; /* of the term; at the record's end: it has ended */
	unsigned host; /* 0: the term; else the exchanger's number from 1 */
};

void token_format(const struct token *, char out[TOKEN_LEN]);
bool token_parse(struct token *, const char *);

struct canon {
	char text[CANON_LEN];
	size_t len;
	unsigned terms; /* mechanisms and redirects */
};

struct canon_input {
	const char *record; /* well formed */
	size_t len;
	unsigned number;
	const struct ip *client;
};
void canon_write(struct canon *, const struct canon_input *);

#endif
