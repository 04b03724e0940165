/* SPDX-License-Identifier: ISC */
/*
 * Both ends of the dialogue with libexec/mx-sts(8), which fetches a domain's
 * MTA-STS policy (RFC 8461 3.3).
 *
 *	domain=example.org address=192.0.2.1:443 [address= …] libexec=DIR
 *	authorities=FILE deadline_ms=N
 *	  -> line=version:%20STSv1 line=mode:%20enforce line= …
 *	  or failure=sts-webpki-invalid reason=TEXT
 *
 * One line a key, ended by an empty line.
 */
#ifndef STSPROTO_H
#define STSPROTO_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "endpoint.h"
#include "sts.h"

enum { STS_REASON = 256, STS_DEADLINE_MS = 30000 };

enum sts_failure { /* RFC 8460 4.3.2.2 */
	STS_NO_FAILURE,
	STS_FETCH_ERROR,
	STS_INVALID,
	STS_WEBPKI_INVALID,
	STS_FAILURES
};
extern const char *const sts_failure_name[STS_FAILURES];

struct sts_request {
	char domain[DOMAIN_LEN + 1];
	struct endpoints addresses; /* of mta-sts.DOMAIN, tried until one
				       connects */
	char libexec[PATH_MAX];	    /* where mx-tls(8) is */
	char authorities[PATH_MAX]; /* "": the system's */
	unsigned deadline_ms;	    /* of all; 0: STS_DEADLINE_MS */
};

struct sts_answer {
	struct sts_policy policy; /* unless it failed */
	enum sts_failure failure;
	char reason[STS_REASON]; /* printable ASCII */
};

/* Starts LIBEXEC/mx-sts and waits for its answer.  0; -1 with errno, EPROTO
 * for nonsense. */
int sts_ask(const struct sts_request *, struct sts_answer *);

/* ---- mx-sts's end ---- */
/* 0; -1 with errno, EBADMSG for a malformed request. */
int sts_read(int in, struct sts_request *);
int sts_write(int out, const struct sts_answer *);

#endif
