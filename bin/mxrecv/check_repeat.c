/* SPDX-License-Identifier: ISC */
/*
 * repeat: it was deferred for its content lately.  Who defers what will never
 * pass is asked again for days, so that answer must cost nothing.
 */
#include "checks.h"

enum outcome
check_repeat(const struct session *s, struct finding *f)
{
	char told[TOLD_LEN];

	if (s->oracle->repeated(s->oracle->ctx, s, told) != ANSWER_YES)
		return CHECK_PASS;
	return finding_set(f, 550, "5.7.1", 451, "4.7.1",
	    "Deferred lately: %.160s; use the primary exchanger for %s", told,
	    checks_domain(s));
}
