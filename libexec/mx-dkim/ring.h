/* SPDX-License-Identifier: ISC */
/* The keys of a chain: those asked for last are kept, for a set has one. */
#ifndef RING_H
#define RING_H

#include "key.h"

enum { RING_KEYS = 8, RING_LOOKUPS = 50 /* RFC 8617 4.2.1 has 50 sets */ };

struct ring {
	struct key_source source;
	unsigned asked;
	struct ring_key {
		char domain[DOMAIN_LEN + 1], selector[DOMAIN_LEN + 1];
		EVP_PKEY *key;
	} of[RING_KEYS];
};

/* The key of S, which stays the ring's and is good until the next call.  NULL
 * when there is none that may be used; S says why. */
EVP_PKEY *ring_key(struct ring *, struct dkim_signature *s);
void ring_empty(struct ring *);

#endif
