/* SPDX-License-Identifier: ISC */
/*
 * MTA-STS (RFC 8461): the record that tells of a policy, the policy, and which
 * hosts it lets mail go to.
 */
#ifndef STS_H
#define STS_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"

enum {
	STS_ID = 32,		      /* RFC 8461 3.1 */
	STS_AGE_MAX = 31557600,	      /* RFC 8461 3.2: seconds, a year */
	STS_MX = 64,		      /* patterns; ours */
	STS_BODY = 65536,	      /* RFC 8461 3.3: octets of a policy */
	STS_PATTERN = DOMAIN_LEN + 2, /* "*.example.com" */
	STS_TEXT = STS_MX * (STS_PATTERN + 5) + 64
};

enum sts_mode { STS_NONE, STS_TESTING, STS_ENFORCE };
extern const char *const sts_mode_name[STS_ENFORCE + 1];

struct sts_policy {
	enum sts_mode mode;
	unsigned max_age; /* seconds */
	size_t n;
	char mx[STS_MX][STS_PATTERN + 1]; /* lower case; "*." may begin it */
};

/* "v=STSv1; id=20160831085700Z;" False: it is no such record. */
bool sts_record_parse(const char *s, size_t n, char id[STS_ID + 1]);
/* Whether a TXT record means to be one: another may stand beside it. */
bool sts_record_is_meant(const char *s, size_t n);
/* A policy as it was fetched.  False: it is none that could be kept to. */
bool sts_policy_parse(struct sts_policy *, const char *s, size_t n);
/* The same in the fewest words, one line a field; it can be parsed again. */
void sts_policy_format(const struct sts_policy *, char out[STS_TEXT]);
/* RFC 8461 4.1.  HOST in inner form. */
bool sts_policy_allows(const struct sts_policy *, const char *host);

#endif
