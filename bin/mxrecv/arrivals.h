/* SPDX-License-Identifier: ISC */
/*
 * What came in this connection, for state.db's count of what waits: noted when
 * it is accepted, written when the client has its answer.  Nothing that can
 * wait stands between a message's name and its 250.
 */
#ifndef ARRIVALS_H
#define ARRIVALS_H

#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "statedb.h"

struct arrival {
	char domain[DOMAIN_LEN + 1];
	uint64_t octets;
};

struct arrivals {
	size_t n, room;
	struct arrival *arrival;
};

/* Without memory it is left out: a walk counts anew. */
void arrivals_add(struct arrivals *, const char *domain, uint64_t octets);
void arrivals_write(const struct arrivals *, struct state_db *);
/* The same by the scribe, at the other end of the socket. */
void arrivals_send(const struct arrivals *, int scribe);
void arrivals_free(struct arrivals *);

#endif
