/* SPDX-License-Identifier: ISC */
/*
 * Authentication-Results fields (RFC 8601 2.2) of a header section that
 * streams by, which bear our name and are not ours: whoever believes us must
 * not see them (RFC 8601 5).
 */
#ifndef AUTHRES_H
#define AUTHRES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "cuts.h"

struct authres {
	struct cuts cuts; /* where they stand */
	bool too_many;	  /* there are more */
	/* the rest belongs to authres.c */
	char own[DOMAIN_LEN + 1];
	uint64_t at, start; /* octets so far; where the field began */
	int state;
	bool line_start, escaped, ours;
	unsigned depth;
	size_t len;
	char word[DOMAIN_LEN + 2];
};

void authres_init(struct authres *, const char *own);
/* Octets of the header section in order, its empty line too.  Linear time. */
void authres_push(struct authres *, const char *octets, size_t n);
/* There are no more. */
void authres_end(struct authres *);

#endif
