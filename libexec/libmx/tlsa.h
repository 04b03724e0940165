/* SPDX-License-Identifier: ISC */
/*
 * An answer to a question for TLSA records (RFC 6698 2.1), as it came, and
 * what of it is of use for SMTP (RFC 7672 3.1).
 */
#ifndef TLSA_H
#define TLSA_H

#include <stdbool.h>
#include <stddef.h>

enum {
	TLSA_MAX = 32,	   /* records */
	TLSA_DATA = 4096,  /* octets of one: a certificate, at most */
	TLSA_TEXT = 32768, /* of all as text; one line of 4096 is 8202 */
};

struct tlsa {
	size_t n;	      /* records, of use or not */
	size_t usable;	      /* of them */
	char text[TLSA_TEXT]; /* the usable ones: "3 1 1 hex\n" each */
};

/*
 * The TLSA records of the name that was asked for, aliases followed (RFC 1034
 * 3.6.2).  False: not such an answer, or more than fits, and nobody may judge
 * by half an answer.  An answer without any is sound.
 */
bool tlsa_parse(struct tlsa *, const unsigned char *answer, size_t len);

#endif
