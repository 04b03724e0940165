/* SPDX-License-Identifier: ISC */
/*
 * The tests of the published policy (DESIGN, mx-schema(5)), as a table: each
 * has a stage, and policy.db says what its failure does there.
 */
#ifndef CHECKS_H
#define CHECKS_H

#include <stdbool.h>

#include "finding.h"
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

typedef enum outcome check(const struct session *, struct finding *);
check check_helo, check_relay, check_size_declared, check_size_counted,
    check_pregreet; /* ask nobody */
check check_client, check_ptr, check_dnsbl, check_spf,
    check_greylist;		  /* the host */
check check_quota, check_when_up; /* the domain */
check check_recipient, check_unknown, check_sender, check_callout, check_repeat;
check check_header, check_dkim, check_dmarc, check_ownsender, check_malware,
    check_toobig, check_spam; /* the content */

/* Runs the checks of STAGE in their order.  True: go on; false: R is the
 * refusal of the first that stops the client. */
bool checks_run(struct session *, enum stage, struct reply *r);

/* Whether what is judged once the message is here is judged alike for both
 * domains; if not, they can not share a transaction. */
bool checks_agree(const struct session *, const char *one, const char *two);

/* TEST was made of the message that is here. */
bool checks_made(const struct session *, const char *test);

/* The domain whose primary is the better place: that of the recipient, or of
 * the message. */
const char *checks_domain(const struct session *);

#endif
