/* SPDX-License-Identifier: ISC */
/* SPF records (RFC 7208 4.5, 4.6, 5, 6, 12): strict, and without a repair. */
#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "ip.h"

enum term_kind {
	TERM_ALL,
	TERM_INCLUDE,
	TERM_A,
	TERM_MX,
	TERM_PTR,
	TERM_IP4,
	TERM_IP6,
	TERM_EXISTS,
	TERM_REDIRECT,
	TERM_EXP,
	TERM_MODIFIER /* one that is not known, and is ignored */
};

struct term {
	enum term_kind kind;
	char qualifier;		   /* '+', '-', '~', '?' */
	const char *text, *domain; /* the whole; its domain-spec, if any */
	size_t len, domain_len;
	unsigned bits4, bits6; /* prefix lengths, 32 and 128 if none are said */
	struct ip ip;	       /* of ip4: and ip6: */
	const char *wrong;     /* what is malformed; NULL: it is good */
};

/* "v=spf1", alone or with a blank behind it. */
bool record_is_spf(const char *s, size_t n);
/* The term at *AT, which begins at 0 and is moved on; false at the end. */
bool record_next(const char *s, size_t n, size_t *at, struct term *);
/* All of it is well formed; else BAD is the first term that is not. */
bool record_check(const char *s, size_t n, struct term *bad);
/* A mechanism or modifier that asks the DNS (RFC 7208 4.6.4). */
bool term_asks(const struct term *);

#endif
