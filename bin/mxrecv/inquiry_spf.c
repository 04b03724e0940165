/* SPDX-License-Identifier: ISC */
/*
 * What SPF says of a transaction's sender: mx-spf is asked once, by the first
 * who wants to know, or while the DNS is waited for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dmarc_walk.h"
#include "inquiry.h"
#include "pool.h"
#include "session.h"

enum { SPF_GRACE_MS = 1000 }; /* for the answer to come */
enum { WALK_MS = 5000 };

struct walker { /* of the DNS */
	struct dns *dns;
	int64_t deadline;
	struct dmarc_dns known;
	struct dmarc_walk walk;
};

static bool start(struct inquiry *, const struct session *);
static enum dns_status ask(void *, const char *, struct dns_text *);

const struct spf_answer *
inquiry_spf(void *ctx, const struct session *s)
{
	struct inquiry *q = ctx;
	struct inquiry_spf *spf = &q->spf;

	inquiry_spf_start(q, s);
	if (spf->running) {
		spf->running = false;
		spf->told = spf_finish(&q->staff->spf, spf->deadline,
				&spf->answer) == 0;
	}
	return spf->told ? &spf->answer : NULL;
}

void
inquiry_spf_start(struct inquiry *q, const struct session *s)
{
	struct inquiry_spf *spf = &q->spf;

	inquiry_turn(q, s);
	if (spf->asked)
		return;
	spf->asked = true;
	spf->deadline = inquiry_deadline(s, SPF_DEADLINE_MS + SPF_GRACE_MS);
	spf->running = start(q, s);
}

void
inquiry_spf_forget(struct inquiry *q)
{
	if (q->spf.running)
		kept_end(&q->staff->spf);
	q->spf.asked = q->spf.running = q->spf.told = false;
}

/* The organizational domain (RFC 9989 4.10.2): a provider's hosts are one pool
 * whatever name its customers send from below it. */
bool
inquiry_pool(struct inquiry *q, const struct session *s, char out[POOL_LEN])
{
	const struct spf_answer *a = inquiry_spf(q, s);
	struct walker *w;
	bool found = false;

	if (a == NULL || !pool_names_hosts(&a->mailfrom, &s->client.ip))
		return false;
	if ((w = calloc(1, sizeof *w)) == NULL)
		return false;
	w->known.ask = ask;
	w->known.ctx = w;
	w->deadline = inquiry_deadline(s, WALK_MS);
	if ((w->dns = dns_new(q->conf)) != NULL)
		found = dmarc_walk(&w->known, a->mailfrom.domain, &w->walk) ==
		    DNS_FOUND;
	if (found)
		snprintf(out, POOL_LEN, "pool %s", w->walk.org);
	dns_free(w->dns);
	free(w);
	return found;
}

static enum dns_status
ask(void *ctx, const char *name, struct dns_text *out)
{
	struct walker *w = ctx;

	return dns_txt(w->dns, name, w->deadline, out);
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
	return spf_start(q->conf->libexec, &r, &q->staff->spf) == 0;
}
