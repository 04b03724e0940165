/* SPDX-License-Identifier: ISC */
/*
 * The DNS tree walk (RFC 9989 4.10), which finds the organizational domain of a
 * name.  Who answers the questions is up to the caller.
 */
#ifndef DMARC_WALK_H
#define DMARC_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "dmarc_record.h"
#include "dns.h"

enum { WALK_STEPS = 8, WALK_CACHE = 128, WALK_NAME = DOMAIN_LEN + 8 };

/* TXT records of NAME, as dns_txt(). */
typedef enum dns_status dmarc_asker(
    void *ctx, const char *name, struct dns_text *out);

struct dmarc_dns { /* questions of one message, each asked once */
	dmarc_asker *ask;
	void *ctx;
	size_t n;
	struct dmarc_known {
		char domain[DOMAIN_LEN + 1];
		enum dns_status status;
		struct dmarc_record record;
	} known[WALK_CACHE];
	struct dns_text text;
};

struct dmarc_walk {
	size_t n; /* records found, the longest name first */
	struct {
		const char *domain; /* within the name that was given */
		struct dmarc_record record;
	} found[WALK_STEPS];
	const char *org; /* likewise */
};

/*
 * The record of DOMAIN itself.  FOUND; NODATA when there is none that counts;
 * TEMPFAIL.
 */
enum dns_status dmarc_ask(
    struct dmarc_dns *, const char *domain, struct dmarc_record *);
/* Walks up from DOMAIN.  FOUND, even when no record was; TEMPFAIL. */
enum dns_status dmarc_walk(
    struct dmarc_dns *, const char *domain, struct dmarc_walk *);
/* The next name of a walk, NULL at its end. */
const char *dmarc_walk_next(const char *domain);

#endif
