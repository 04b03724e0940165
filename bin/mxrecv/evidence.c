/* SPDX-License-Identifier: ISC */
#include "evidence.h"

#include <string.h>

#include "dkimproto.h"
#include "session.h"
#include "spfproto.h"

static void note(
    struct verified_fact *, const char *result, const char *domain);
static const struct dkim_signature *best(
    const struct dkim_answer *, const char *sender);
static int worth(const struct dkim_signature *, const char *sender);

void
evidence_collect(const struct session *s, struct evidence *e)
{
	*e = (struct evidence){.callout = VERIFIED_NOT};
	if (s->oracle != NULL)
		s->oracle->evidence(s->oracle->ctx, s, e);
}

void
evidence_verified(const struct session *s, struct verified *v)
{
	const struct dkim_signature *g;
	struct evidence e;

	evidence_collect(s, &e);
	memset(v, 0, sizeof *v);
	if (e.spf != NULL)
		note(&v->of[VERIFIED_SPF],
		    spf_result_name[e.spf->mailfrom.result],
		    e.spf->mailfrom.domain);
	if (e.dkim != NULL) {
		g = best(e.dkim, s->mail.sender.mailbox);
		note(&v->of[VERIFIED_DKIM],
		    g != NULL ? dkim_result_name[g->result] : "none",
		    g != NULL ? g->domain : "");
		note(&v->of[VERIFIED_DMARC],
		    dmarc_result_name[e.dkim->dmarc.result],
		    e.dkim->dmarc.from_domain);
	}
	v->of[VERIFIED_CALLOUT].result = e.callout;
}

static void
note(struct verified_fact *f, const char *result, const char *domain)
{
	f->result = verified_result(result);
	strlcpy(f->domain, domain, sizeof f->domain);
}

/* The signature that says most about SENDER; NULL: there is none. */
static const struct dkim_signature *
best(const struct dkim_answer *a, const char *sender)
{
	const struct dkim_signature *found = NULL;

	for (size_t i = 0; i < a->n; i++) {
		if (found == NULL ||
		    worth(&a->signature[i], sender) > worth(found, sender))
			found = &a->signature[i];
	}
	return found;
}

static int
worth(const struct dkim_signature *g, const char *sender)
{
	struct verified v = {.of[VERIFIED_DKIM].result = VERIFIED_PASS};

	if (g->result != DKIM_PASS)
		return 0;
	strlcpy(v.of[VERIFIED_DKIM].domain, g->domain,
	    sizeof v.of[VERIFIED_DKIM].domain);
	return verified_is_genuine(&v, sender) ? 2 : 1;
}
