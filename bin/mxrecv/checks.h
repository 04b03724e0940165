/* SPDX-License-Identifier: ISC */
/*
 * The tests of the published policy (DESIGN, mx-schema(5)), as a table: each
 * has a stage, and policy.db says what its failure does there.
 */
#ifndef CHECKS_H
#define CHECKS_H

#include <stdbool.h>

#include "reply.h"
#include "session.h"

enum stage {
	STAGE_CONNECT, /* something came before its turn */
	STAGE_HELO,
	STAGE_MAIL,
	STAGE_RCPT,
	STAGE_BODY, /* the message has passed its limit */
	STAGE_DATA  /* it is whole */
};

enum outcome { CHECK_PASS, CHECK_FAIL, CHECK_UNAVAILABLE };

struct finding {	 /* of a check that did not pass */
	int deny, defer; /* codes of the reply by verdict */
	const char *deny_enhanced, *defer_enhanced;
	char reason[256]; /* one helpful sentence */
};

typedef enum outcome check(const struct session *, struct finding *);
check check_helo, check_relay, check_size_declared, check_size_counted,
    check_pregreet;

/* Fills in a finding; returns CHECK_FAIL. */
__attribute__((format(printf, 6, 7))) enum outcome finding_set(struct finding *,
    int deny, const char *deny_enhanced, int defer, const char *defer_enhanced,
    const char *fmt, ...);

/* Runs the checks of STAGE in their order.  True: go on; false: R is the
 * refusal of the first that stops the client. */
bool checks_run(const struct session *, enum stage, struct reply *r);

#endif
