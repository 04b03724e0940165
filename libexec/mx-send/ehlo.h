/* SPDX-License-Identifier: ISC */
/*
 * What a server offers in its answer to EHLO (RFC 5321 4.1.1.1), as far as
 * this client makes use of it.
 */
#ifndef EHLO_H
#define EHLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

enum attribute { /* bits: of XCLIENT and XFORWARD, as Postfix defines them */
	ATTRIBUTE_NAME = 1,
	ATTRIBUTE_ADDR = 2,
	ATTRIBUTE_PROTO = 4,
	ATTRIBUTE_HELO = 8,
	ATTRIBUTE_IDENT = 16,
	ATTRIBUTE_SOURCE = 32
};

struct ehlo {
	char name[DOMAIN_LEN + 1]; /* the server's, as it says */
	bool pipelining;	   /* RFC 2920 */
	bool eightbit;		   /* RFC 6152 */
	bool smtputf8;		   /* RFC 6531 */
	bool chunking;		   /* RFC 3030 */
	bool dsn;		   /* RFC 3461 */
	bool enhanced;		   /* RFC 2034 */
	bool size;		   /* RFC 1870 */
	bool starttls;		   /* RFC 3207 */
	bool requiretls;	   /* RFC 8689, and this is TLS */
	unsigned xclient;	   /* attributes it takes, see enum attribute */
	unsigned xforward;
	uint64_t size_limit; /* 0: none said */
	unsigned rcpt_max;   /* RFC 9422 LIMITS; 0: none said */
	unsigned mail_max;
};

/* The text of one line of the reply behind its code, the first one's being
 * the name.  What is unknown or malformed is not offered. */
void ehlo_line(struct ehlo *, bool first, const char *text, size_t n);
/* "SIZE=1000,PIPELINING", cut at SIZE octets. */
void ehlo_format(const struct ehlo *, char *out, size_t size);

#endif
