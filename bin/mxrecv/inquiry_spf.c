/* SPDX-License-Identifier: ISC */
/*
 * What SPF says of a transaction's sender: mx-spf is asked once, by the first
 * who wants to know.
 */
#include <string.h>

#include "inquiry.h"
#include "session.h"

enum { SPF_GRACE_MS = 1000 }; /* for the answer to come */

static bool start(struct inquiry *, const struct session *);

const struct spf_answer *
inquiry_spf(void *ctx, const struct session *s)
{
	struct inquiry *q = ctx;
	struct inquiry_spf *spf = &q->spf;
	int64_t deadline = wire_now() + SPF_DEADLINE_MS + SPF_GRACE_MS;

	inquiry_turn(q, s);
	if (!spf->asked) {
		spf->asked = true;
		spf->told = start(q, s) &&
		    spf_finish(&spf->helper, deadline, &spf->answer) == 0;
	}
	return spf->told ? &spf->answer : NULL;
}

static bool
start(struct inquiry *q, const struct session *s)
{
	struct spf_request r = {.client = s->client.ip,
	    .resolvers = q->conf->resolvers,
	    .deadline_ms = SPF_DEADLINE_MS};

	strlcpy(r.helo, s->helo, sizeof r.helo);
	strlcpy(r.sender, s->mail.sender.mailbox, sizeof r.sender);
	strlcpy(r.receiver, q->conf->hostname, sizeof r.receiver);
	memcpy(r.resolver, q->conf->resolver, sizeof r.resolver);
	return spf_start(q->conf->libexec, &r, &q->spf.helper) == 0;
}
