/* SPDX-License-Identifier: ISC */
/*
 * One process that writes what was decided, and what came, in all connections
 * of a listening mxrecv: many rows a transaction, and none of the connections
 * opens state.db for it.  A row waits SCRIBE_MS at most; a kill loses that much
 * history, no mail.
 */
#ifndef SCRIBE_H
#define SCRIBE_H

#include "conf.h"
#include "decision.h"

enum { SCRIBE_MS = 100, SCRIBE_ROWS = 500 };

/* Both ends: ends[0] to be read by the scribe, ends[1] to be written by
 * connections.  0 or -1. */
int scribe_socket(int ends[2]);
/* The scribe: until nobody holds the writing end.  Returns an exit status. */
int scribe_run(const struct conf *, int in);
/* Hands a row over.  0; -1: it is lost. */
int scribe_put(int out, const struct decision *);
/* The same for a message that came for DOMAIN. */
int scribe_arrival(int out, const char *domain, uint64_t octets, time_t at);

#endif
