/* SPDX-License-Identifier: ISC */
/*
 * DNS lists of hosts (RFC 5782): every zone is asked at once, while something
 * else is waited for.
 */
#ifndef DNSBL_H
#define DNSBL_H

#include <stdbool.h>
#include <stddef.h>

#include "dns.h"

enum { DNSBL_ZONES = 64, DNSBL_CODES = 128 };

struct dnsbl_zone {
	char zone[DOMAIN_LEN + 1];
	/* which answers count: "127.0.0.2", "127.0.0.*",
	 * "127.0.[0-1].[2,4-11]", several with blanks between them */
	char codes[DNSBL_CODES];
	int weight; /* negative: a list of welcome hosts */
};

enum dnsbl_outcome {
	DNSBL_PENDING,
	DNSBL_NOT_LISTED,
	DNSBL_LISTED,
	DNSBL_UNAVAILABLE, /* no answer, or a failure */
	/* An answer that says nothing of the host: one outside 127/8, one of
	 * 127.255.255.0/24 (the list refuses our resolver), or the zone lists
	 * 127.0.0.1 too (RFC 5782 5), that is, everybody. */
	DNSBL_BROKEN
};

struct dnsbl {
	size_t n, pending; /* it is done when none is pending */
	struct dnsbl_item {
		const struct dnsbl_zone *zone;
		enum dnsbl_outcome outcome;
		/* the rest belongs to dnsbl.c */
		struct dnsbl *list;
		bool testing;
	} item[DNSBL_ZONES];
	struct dns *dns;
};

/* Asks all of ZONES, which stay the caller's and must last as long as the
 * list does; dns_step() goes on with it.  No more than DNSBL_ZONES are asked.
 */
void dnsbl_start(struct dnsbl *, struct dns *, const struct ip *,
    const struct dnsbl_zone *zones, size_t n);
/* What is still pending becomes UNAVAILABLE: no answer comes in later. */
void dnsbl_stop(struct dnsbl *);

/* The codes are well formed. */
bool dnsbl_codes_valid(const char *codes);
/* They have ADDRESS, of four octets, in them. */
bool dnsbl_codes_match(const char *codes, const unsigned char *address);
/* "2.0.0.127.zone" or the nibbles of an IPv6 address (RFC 5782 2.1, 2.4); false
 * when the name would be too long. */
bool dnsbl_name(const struct ip *, const char *zone, char out[DOMAIN_LEN + 1]);

#endif
