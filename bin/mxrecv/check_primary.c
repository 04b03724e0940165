/* SPDX-License-Identifier: ISC */
/* quota, when_up: whether the domain's mail is taken here just now. */
#include "checks.h"

/* quota: for this domain alone, and only for now. */
enum outcome
check_quota(const struct session *s, struct finding *f)
{
	if (s->oracle->room(s->oracle->ctx, s) != ANSWER_NO)
		return CHECK_PASS;
	return finding_set(f, 452, "4.2.2", 452, "4.2.2",
	    "Too much waits here for %s; use the primary exchanger, or try "
	    "again later",
	    checks_domain(s));
}

/* when_up: who aims at the backup while the primary is there gets nowhere. */
enum outcome
check_when_up(const struct session *s, struct finding *f)
{
	if (s->oracle->elsewhere(s->oracle->ctx, s) != ANSWER_YES)
		return CHECK_PASS;
	return finding_set(f, 451, "4.3.2", 451, "4.3.2",
	    "Primary exchanger for %s is reachable; deliver there",
	    checks_domain(s));
}
