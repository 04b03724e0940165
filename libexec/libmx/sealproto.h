/* SPDX-License-Identifier: ISC */
/*
 * Both ends of the dialogue with libexec/mx-arc(8), which adds a set to a
 * message's Authenticated Received Chain (RFC 8617 5.1), or signs a message of
 * our own (RFC 6376 5).  One process, one request on fd 0, one answer on fd 1,
 * both "key=value" lines (pairs.h) ended by an empty line; the message, a
 * regular file, is fd 3.
 *
 *	key=PATH domain=NAME selector=NAME offset=N size=N
 *	[cv=none|pass|fail results=TEXT]
 *	  -> fields=TEXT, or error=TEXT
 *
 * With cv and results it is a set that is wanted, without both a signature.
 * Results is the body of an Authentication-Results field; fields are what
 * stands in front of the message, lines ended by CR LF.  Both may be repeated
 * where they are long.
 */
#ifndef SEALPROTO_H
#define SEALPROTO_H

#include <limits.h>
#include <stdint.h>

#include "bounds.h"
#include "helper.h"

enum { SEAL_RESULTS = 16 * 1024, SEAL_FIELDS = 20 * 1024, SEAL_ERROR = 128 };
enum { SEAL_CV = 8 };

struct seal_request {
	int fd; /* the message; not owned */
	uint64_t offset, size;
	const char *key; /* a file */
	const char *domain, *selector;
	const char *cv; /* what the chain so far is; NULL: a signature */
	const char *results;
};

struct seal_answer {
	char fields[SEAL_FIELDS]; /* "": there are none, and ... */
	char error[SEAL_ERROR];	  /* ... this is why; printable ASCII */
};

/* ---- the client's end: mxrecv, mxrun ---- */
/* Starts LIBEXEC/mx-arc, asks and waits until DEADLINE (wire_now()).  Its
 * death or silence is an error in the answer. */
void seal_ask(const char *libexec, const struct seal_request *,
    int64_t deadline, struct seal_answer *);
/* The answer alone. */
void seal_read_answer(
    struct pairs_in *, int64_t deadline, struct seal_answer *);

/* ---- the server's end: mx-arc ---- */
struct seal_asked { /* a request as it was read */
	uint64_t offset, size;
	char key[PATH_MAX], domain[DOMAIN_LEN + 1], selector[DOMAIN_LEN + 1];
	char cv[SEAL_CV]; /* "": a signature */
	char results[SEAL_RESULTS];
};
/* 0; -1 with errno, EBADMSG for a malformed request. */
int seal_read(int in, struct seal_asked *);
int seal_write(int out, const struct seal_answer *);

#endif
