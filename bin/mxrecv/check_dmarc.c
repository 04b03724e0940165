/* SPDX-License-Identifier: ISC */
/*
 * dmarc: the domain in From asks that mail be quarantined or rejected that
 * neither SPF nor DKIM vouches for, and this is such mail (RFC 9989 5.4).  We
 * have no quarantine; the primary may, so such mail is never refused for good.
 */
#include <stdio.h>

#include "checks.h"
#include "dkimproto.h"

static void say(const struct dkim_dmarc *, struct finding *);

enum outcome
check_dmarc(const struct session *s, struct finding *f)
{
	const struct dkim_answer *a = s->oracle->signatures(s->oracle->ctx, s);
	const struct dkim_dmarc *d;
	bool reject;

	if (a == NULL)
		return finding_unavailable(f, "DMARC could not be evaluated");
	d = &a->dmarc;
	if (d->result == DMARC_TEMPERROR)
		return finding_unavailable(f,
		    "DMARC of %.100s could not be looked up", d->from_domain);
	if (d->result != DMARC_FAIL || d->policy == DMARC_POLICY_NONE) {
		say(d, f);
		return CHECK_PASS;
	}
	reject = d->policy == DMARC_POLICY_REJECT;
	return finding_set(f, reject ? 550 : 451, reject ? "5.7.1" : "4.7.1",
	    451, "4.7.1",
	    "Neither SPF nor DKIM vouches for mail from %.100s, whose DMARC "
	    "policy is %s; use the primary exchanger for %.60s",
	    d->from_domain, dmarc_policy_name[d->policy], checks_domain(s));
}

static void
say(const struct dkim_dmarc *d, struct finding *f)
{
	snprintf(f->reason, sizeof f->reason, "%s of %.100s, policy %s%s%.80s",
	    dmarc_result_name[d->result],
	    *d->from_domain ? d->from_domain : "no domain",
	    dmarc_policy_name[d->policy], *d->reason ? ": " : "", d->reason);
}
