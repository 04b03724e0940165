/* SPDX-License-Identifier: ISC */
/*
 * What was verified about a sender at reception, as the envelope keeps it: for
 * each method that was asked "method=result", and behind a colon the domain
 * that it is about,
 *
 *	spf=pass:example.org dkim=fail:example.net dmarc=none:example.org
 *	callout=pass
 *
 * in one line.  Methods and results are words of RFC 8601 2.7; callout is ours.
 */
#ifndef VERIFIED_H
#define VERIFIED_H

#include <stdbool.h>

#include "bounds.h"

enum verified_result {
	VERIFIED_NOT, /* it was not asked */
	VERIFIED_PASS,
	VERIFIED_FAIL,
	VERIFIED_SOFTFAIL,
	VERIFIED_NEUTRAL,
	VERIFIED_NONE, /* there was nothing to verify */
	VERIFIED_POLICY,
	VERIFIED_TEMPERROR,
	VERIFIED_PERMERROR,
	VERIFIED_RESULTS
};

struct verified_fact {
	enum verified_result result;
	char domain[DOMAIN_LEN + 1]; /* inner form, or "" */
};

enum verified_method {
	VERIFIED_SPF,	  /* of the reverse-path; of HELO where that is null */
	VERIFIED_DKIM,	  /* of the signature that says most about it */
	VERIFIED_DMARC,	  /* of the author's domain */
	VERIFIED_CALLOUT, /* its own exchanger takes mail for it */
	VERIFIED_METHODS
};

struct verified {
	struct verified_fact of[VERIFIED_METHODS];
};

enum { VERIFIED_LEN = VERIFIED_METHODS * (DOMAIN_LEN + 24) };

extern const char *const verified_result_name[VERIFIED_RESULTS]; /* "pass" … */
/* The result of that name; VERIFIED_NOT: there is none. */
enum verified_result verified_result(const char *name);

void verified_format(const struct verified *, char out[VERIFIED_LEN]);
/* What TEXT does not say, or says in words that are not known, was not asked.
 */
void verified_parse(const char *text, struct verified *);

/* Somebody vouches for SENDER's domain: a mailbox, the reverse-path. */
bool verified_is_genuine(const struct verified *, const char *sender);
/* Nobody does, and somebody says that it is not the sender: a bounce would go
 * to one who has sent nothing (RFC 3834 2, RFC 5321 4.5.5). */
bool verified_is_forged(const struct verified *, const char *sender);

#endif
