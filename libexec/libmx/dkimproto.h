/* SPDX-License-Identifier: ISC */
/*
 * Both ends of the dialogue with libexec/mx-dkim(8), which verifies DKIM
 * signatures and ARC, and judges by DMARC.  Requests on fd 0, one after the
 * other, and their answers on fd 1, are "key=value" lines (pairs.h) ended by an
 * empty line; the message, a regular file, comes as a descriptor with its
 * request (SCM_RIGHTS), or else is fd 3.
 *
 *	offset=N size=N spf=pass|fail|… spf_domain=NAME
 *	resolver=IP:PORT [resolver= …] deadline_ms=N
 *	  -> signatures=COUNT
 *	     result=pass|fail|… d=NAME s=NAME a=rsa-sha256 l=N unsigned=N
 *	     testing=1 reason=TEXT [result= …]
 *	     dmarc=pass|fail|… from_domain=NAME policy=none|quarantine|reject
 *	     policy_domain=NAME org_domain=NAME spf_aligned=1 dkim_aligned=1
 *	     testing=1 reason=TEXT
 *	     [arc=pass|fail|temperror i=N oldest_pass=N closed=1 d=NAME
 *	     s=NAME reason=TEXT]
 *
 * One line a key.  What is left out is "", 0 or none; d= to reason= are of the
 * signature before them until dmarc= comes, and of the chain behind arc=.
 */
#ifndef DKIMPROTO_H
#define DKIMPROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "endpoint.h"
#include "kept.h"

enum { DKIM_SIGNATURES = 8, DKIM_WORD = 16, DKIM_REASON = 128 };
enum { DKIM_DEADLINE_MS = 60000 }; /* of a request that names none */

/* RFC 8601 2.7.1 */
enum dkim_result {
	DKIM_PASS,
	DKIM_FAIL,
	DKIM_NEUTRAL,	/* it could not be processed, or its key is a test */
	DKIM_POLICY,	/* verified or not, it is not acceptable to us */
	DKIM_PERMERROR, /* it can never verify: syntax, no key … */
	DKIM_TEMPERROR, /* the DNS did not answer */
	DKIM_RESULTS
};

/* RFC 9989 9.2 */
enum dmarc_result {
	DMARC_NONE, /* no policy is published */
	DMARC_PASS,
	DMARC_FAIL,
	DMARC_TEMPERROR,
	DMARC_PERMERROR, /* From has no domain, or too many */
	DMARC_RESULTS
};

/* In their order of severity. */
enum dmarc_policy {
	DMARC_POLICY_NONE,
	DMARC_POLICY_QUARANTINE,
	DMARC_POLICY_REJECT,
	DMARC_POLICIES
};

/* RFC 8617 4.4, and one of ours */
enum arc_result {
	ARC_NONE, /* the message has no chain */
	ARC_PASS,
	ARC_FAIL,
	ARC_TEMPERROR, /* the DNS did not answer: nothing is known */
	ARC_RESULTS
};

struct dkim_request {
	int fd;		       /* the message; not owned */
	uint64_t offset, size; /* size 0: to the end of the file */
	char spf[DKIM_WORD];   /* of MAIL FROM, as RFC 8601 spells it */
	char spf_domain[DOMAIN_LEN + 1]; /* that it was asked for */
	struct endpoints resolvers;	 /* none: /etc/resolv.conf */
	unsigned deadline_ms; /* until the answer; 0: DKIM_DEADLINE_MS */
};

struct dkim_signature {
	enum dkim_result result;
	char domain[DOMAIN_LEN + 1]; /* inner form; "" if it is none */
	char selector[DOMAIN_LEN + 1];
	char algorithm[2 * DKIM_WORD];
	char reason[DKIM_REASON]; /* printable ASCII; "" with a plain pass */
	bool testing;		  /* t=y in the key */
	bool limited;		  /* l= was given … */
	uint64_t covered;	  /* … its value, and … */
	uint64_t uncovered;	  /* … octets of the body beyond it */
};

struct dkim_dmarc {
	enum dmarc_result result;
	char from_domain[DOMAIN_LEN + 1]; /* inner form */
	enum dmarc_policy policy; /* to be applied; t=y is reckoned in */
	bool testing;		  /* t=y */
	char policy_domain[DOMAIN_LEN + 1]; /* where the record was found */
	char org_domain[DOMAIN_LEN + 1];    /* of from_domain */
	bool spf_aligned, dkim_aligned;	    /* and passed */
	char reason[DKIM_REASON];
};

struct dkim_arc {
	enum arc_result result;
	unsigned instance;	     /* the highest; 0: none is known */
	unsigned oldest_pass;	     /* RFC 8617 5.2, of a pass; 0: all do */
	bool closed;		     /* it had failed before: no set is added */
	char domain[DOMAIN_LEN + 1]; /* of the newest seal */
	char selector[DOMAIN_LEN + 1];
	char reason[DKIM_REASON];
};

struct dkim_answer {
	unsigned signatures; /* in the message; no more than … */
	size_t n;	     /* … DKIM_SIGNATURES are verified */
	struct dkim_signature signature[DKIM_SIGNATURES];
	struct dkim_dmarc dmarc;
	struct dkim_arc arc;
};

extern const char *const dkim_result_name[DKIM_RESULTS];
extern const char *const dmarc_result_name[DMARC_RESULTS];
extern const char *const dmarc_policy_name[DMARC_POLICIES];
extern const char *const arc_result_name[ARC_RESULTS];

/* ---- the client's end: mxrecv ---- */
/*
 * Asks LIBEXEC/mx-dkim, which is started if it does not run; other helpers can
 * be asked before the answer is fetched.  0: dkim_finish() or kept_end() has to
 * follow, and the message to stay open until then; -1 with errno.
 */
int dkim_start(const char *libexec, const struct dkim_request *, struct kept *);
/* Waits for the answer, at most until DEADLINE (wire_now()).  0; -1 with errno
 * when it died, was silent (ETIMEDOUT) or spoke nonsense (EPROTO): the checks
 * are then unavailable, and it is ended. */
int dkim_finish(struct kept *, int64_t deadline, struct dkim_answer *);

/* The answer alone. */
int dkim_read_answer(struct pairs_in *, int64_t deadline, struct dkim_answer *);

/* ---- the server's end: mx-dkim ---- */
/*
 * The next request; R->fd is the message that came with it, -1 if none did.  1;
 * 0: there is none, since the stream has ended or nothing came until DEADLINE
 * (-1: never); -1 with errno, EBADMSG for a malformed one.  To be freed in any
 * case.
 */
int dkim_read(struct pairs_in *, int64_t deadline, struct dkim_request *r);
void dkim_request_free(struct dkim_request *);
int dkim_write(int out, const struct dkim_answer *);

#endif
