/* SPDX-License-Identifier: ISC */
/*
 * Whether a header section is one (RFC 5322, with what its section 4 still
 * allows; RFC 6532 for SMTPUTF8).  Linear in time, no recursion, no memory.
 *
 * What fails: a line that is no field, over 998 octets (2.1.1), octets above
 * 127 without SMTPUTF8, or no UTF-8 with it; From or Date missing, any field
 * twice that may be there once (3.6); an address list that does not parse
 * (3.4); From with several addresses and no Sender (3.6.2).  What mail programs
 * write all the time passes, though no RFC has it: an unquoted '@' or "[…]" in
 * front of <address>, a semicolon between addresses, a word without a domain.
 */
#ifndef HEADER_H
#define HEADER_H

#include <stdbool.h>
#include <stddef.h>

enum { HEADER_WHY = 200 };

/* TEXT is the section with or without the empty line behind it.  False: WHY
 * names the field in a sentence, printable ASCII. */
bool header_check(const char *text, size_t n, bool utf8, char why[HEADER_WHY]);

enum address_trouble {
	ADDRESSES_FINE,
	ADDRESSES_COMMENT, /* a comment, quoted string or [literal] not ended */
	ADDRESSES_ANGLE,   /* <address> not ended, or empty */
	ADDRESSES_GROUP,   /* a group not ended, or one in another */
	ADDRESSES_ADDRESS, /* not an address */
};

/* An address list of N octets, folded or not (RFC 5322 3.4); *COUNT is the
 * number of addresses with a domain, *ITEMS of all there are. */
enum address_trouble header_addresses(
    const char *s, size_t n, unsigned *count, unsigned *items);

#endif
