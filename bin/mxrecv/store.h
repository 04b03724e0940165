/* SPDX-License-Identifier: ISC */
/*
 * What a session asks of the world: policy, room, a place for a message, a
 * run of the queue.  The real one is disk.c; tests bring their own.
 */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policydb.h"

struct session;

enum etrn_outcome {
	ETRN_STARTED,	 /* COUNT messages wait; -1: not known */
	ETRN_NONE,	 /* nothing waits */
	ETRN_PENDING,	 /* a run is under way, or flagged already */
	ETRN_TOO_SOON,	 /* one began within ETRN_INTERVAL */
	ETRN_UNAVAILABLE /* trouble of our own */
};

enum { RECEIPT_TEXT = 400 };

struct store {
	void *ctx;
	enum answer (*domain)(
	    void *ctx, const char *name, struct domain_row *out);
	enum answer (*verdicts)(void *ctx, const char *test, const char *domain,
	    struct verdicts *out);
	bool (*offers_tls)(void *ctx); /* STARTTLS would work */
	bool (*has_room)(void *ctx, uint64_t octets);
	/* A message: begin, write …, then commit or drop.  0, or -1 with
	 * errno; after -1 only drop. */
	int (*begin)(void *ctx);
	int (*write)(void *ctx, const char *octets, size_t n);
	/* True only when every copy is safe on disk.  RECEIPT says under which
	 * names, for the client and the log. */
	bool (*commit)(
	    void *ctx, const struct session *, char receipt[RECEIPT_TEXT]);
	void (*drop)(void *ctx);
	enum etrn_outcome (*etrn)(
	    void *ctx, const char *domain, bool below, long *count);
};

#endif
