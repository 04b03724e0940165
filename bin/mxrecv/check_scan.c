/* SPDX-License-Identifier: ISC */
/*
 * malware, toobig, spam: what clamd and spamd say.  Where mx.conf(5) names
 * none there is nothing to ask, and it passes.
 */
#include <stdio.h>
#include <string.h>

#include "checks.h"
#include "scanproto.h"

static const char *const redirect = "use the primary exchanger for";

/* malware: a signature matched. */
enum outcome
check_malware(const struct session *s, struct finding *f)
{
	const struct scan_answer *a = s->oracle->malware(s->oracle->ctx, s);

	if (a != NULL && a->result == SCAN_FOUND)
		return finding_set(f, 550, "5.7.1", 451, "4.7.1",
		    "Message content matched signature %.100s; %s %s", a->name,
		    redirect, checks_domain(s));
	if (a != NULL && a->result == SCAN_FAILED)
		return finding_unavailable(f,
		    "Content check unavailable (%.100s); %s %s", a->reason,
		    redirect, checks_domain(s));
	return CHECK_PASS;
}

/* toobig: it is neither clean nor infected. */
enum outcome
check_toobig(const struct session *s, struct finding *f)
{
	const struct scan_answer *a = s->oracle->malware(s->oracle->ctx, s);

	if (a == NULL || a->result != SCAN_TOO_BIG)
		return CHECK_PASS;
	return finding_set(f, 552, "5.3.4", 451, "4.3.4",
	    "Message is too large to be scanned; %s %s", redirect,
	    checks_domain(s));
}

/* spam: SpamAssassin's score is above the domain's threshold. */
enum outcome
check_spam(const struct session *s, struct finding *f)
{
	const struct scan_answer *a = s->oracle->spam(s->oracle->ctx, s);
	double most;

	if (a == NULL)
		return CHECK_PASS;
	if (a->result == SCAN_FAILED)
		return finding_unavailable(f,
		    "Content check unavailable (%.100s); %s %s", a->reason,
		    redirect, checks_domain(s));
	most = s->oracle->spam_threshold(s->oracle->ctx, s, s->mail.domain);
	if (a->score <= most) {
		snprintf(f->reason, sizeof f->reason, "scored %.1f: %.200s",
		    a->score, a->name);
		return CHECK_PASS;
	}
	return finding_set(f, 550, "5.7.1", 451, "4.7.1",
	    "Message scored %.1f (limit %.1f: %.80s); %s %s", a->score, most,
	    a->name, redirect, checks_domain(s));
}
