/* SPDX-License-Identifier: ISC */
/* dkim: the message is signed (RFC 6376), and no signature is valid. */
#include <stdio.h>

#include "checks.h"
#include "dkimproto.h"

static void say_passed(const struct dkim_signature *, struct finding *);

enum outcome
check_dkim(const struct session *s, struct finding *f)
{
	const struct dkim_answer *a = s->oracle->signatures(s->oracle->ctx, s);
	const struct dkim_signature *worst = NULL;

	if (a == NULL)
		return finding_unavailable(
		    f, "DKIM signatures could not be verified");
	for (size_t i = 0; i < a->n; i++) {
		if (a->signature[i].result == DKIM_PASS) {
			say_passed(&a->signature[i], f);
			return CHECK_PASS;
		}
		if (worst == NULL || a->signature[i].result == DKIM_TEMPERROR)
			worst = &a->signature[i];
	}
	if (worst == NULL) {
		snprintf(f->reason, sizeof f->reason, "not signed");
		return CHECK_PASS;
	}
	if (worst->result == DKIM_TEMPERROR)
		return finding_unavailable(f,
		    "The key of %.100s could not be looked up", worst->domain);
	return finding_set(f, 550, "5.7.20", 451, "4.7.20",
	    "No valid DKIM signature, %s of %.100s: %.60s; use the primary "
	    "exchanger for %.60s",
	    dkim_result_name[worst->result], worst->domain, worst->reason,
	    checks_domain(s));
}

static void
say_passed(const struct dkim_signature *g, struct finding *f)
{
	snprintf(f->reason, sizeof f->reason, "signed by %.100s, %s%s",
	    g->domain, g->algorithm, g->limited ? ", its beginning only" : "");
}
