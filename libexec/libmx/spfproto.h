/* SPDX-License-Identifier: ISC */
/*
 * Both ends of the dialogue with libexec/mx-spf(8), which evaluates SPF
 * (RFC 7208) for both identities of a client.  Requests on fd 0, one after the
 * other, and their answers on fd 1, are "key=value" lines (pairs.h) ended by an
 * empty line.
 *
 *	ip=ADDRESS helo=NAME sender=MAILBOX receiver=NAME
 *	resolver=IP:PORT [resolver= …] deadline_ms=N
 *	  -> mailfrom=pass|fail|… domain=NAME reason=TEXT
 *	     helo=pass|fail|… domain=NAME reason=TEXT
 *
 * One line a key.  What is left out is ""; domain= and reason= are of the
 * identity before them.
 */
#ifndef SPFPROTO_H
#define SPFPROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "endpoint.h"
#include "ip.h"
#include "kept.h"

enum { SPF_REASON = 128 };
enum { SPF_DEADLINE_MS = 20000 }; /* RFC 7208 4.6.4 */

/* RFC 7208 2.6 */
enum spf_result {
	SPF_PASS,
	SPF_FAIL,
	SPF_SOFTFAIL,
	SPF_NEUTRAL,
	SPF_NONE,
	SPF_TEMPERROR,
	SPF_PERMERROR,
	SPF_RESULTS
};

struct spf_request {
	struct ip client;
	char helo[DOMAIN_LEN + 1];     /* as said; a literal has no SPF */
	char sender[MAILBOX_LEN + 1];  /* reverse-path; "" is the null path */
	char receiver[DOMAIN_LEN + 1]; /* our name, for macro %{r} */
	struct endpoints resolvers;    /* none: /etc/resolv.conf */
	unsigned deadline_ms; /* until the answer; 0: SPF_DEADLINE_MS */
};

struct spf_finding {
	enum spf_result result;
	char domain[DOMAIN_LEN + 1]; /* whose record was asked; inner form */
	char reason[SPF_REASON];     /* printable ASCII: the mechanism that
					matched, or what is wrong */
};

struct spf_answer {
	struct spf_finding mailfrom; /* of a null path: postmaster@HELO
					(RFC 7208 2.4) */
	struct spf_finding helo;
};

extern const char *const spf_result_name[SPF_RESULTS]; /* "pass" … */

/* ---- the client's end: mxrecv ---- */
/* Asks LIBEXEC/mx-spf, which is started if it does not run.  0: spf_finish() or
 * kept_end() has to follow; -1 with errno. */
int spf_start(const char *libexec, const struct spf_request *, struct kept *);
/* Waits for the answer, at most until DEADLINE (wire_now()).  0; -1 with errno
 * when it died, was silent (ETIMEDOUT) or spoke nonsense (EPROTO): the check is
 * then unavailable, and it is ended. */
int spf_finish(struct kept *, int64_t deadline, struct spf_answer *);

/* The answer alone. */
int spf_read_answer(struct pairs_in *, int64_t deadline, struct spf_answer *);

/* ---- the server's end: mx-spf ---- */
/* The next request.  1; 0: there is none, since the stream has ended or nothing
 * came until DEADLINE (-1: never); -1 with errno, EBADMSG for a malformed one.
 */
int spf_read(struct pairs_in *, int64_t deadline, struct spf_request *);
int spf_write(int out, const struct spf_answer *);

#endif
