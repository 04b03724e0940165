/* SPDX-License-Identifier: ISC */
/* header: the header section breaks RFC 5322. */
#include "checks.h"

enum outcome
check_header(const struct session *s, struct finding *f)
{
	char told[TOLD_LEN];

	switch (s->oracle->header(s->oracle->ctx, s, told)) {
	case ANSWER_NO:
		return finding_set(f, 550, "5.6.0", 451, "4.6.0",
		    "Message header is malformed: %.140s; use the primary "
		    "exchanger for %.60s",
		    told, checks_domain(s));
	case ANSWER_UNAVAILABLE:
		return finding_unavailable(
		    f, "The message header could not be checked");
	default:
		return CHECK_PASS;
	}
}
