/* SPDX-License-Identifier: ISC */
/* relay: we are no backup for the recipient's domain. */
#include "checks.h"

enum outcome
check_relay(const struct session *s, struct finding *f)
{
	const char *domain = path_domain(s->rcpt);

	if (s->handled == ANSWER_YES)
		return CHECK_PASS;
	if (s->handled == ANSWER_NO)
		return finding_set(f, 550, "5.7.1", 450, "4.7.1",
		    "Relaying denied; this host is not a mail exchanger for %s",
		    *domain != '\0' ? domain : "its own name");
	finding_set(f, 550, "5.7.1", 451, "4.3.0",
	    "Temporary local error; try again later or use the primary "
	    "exchanger for %s",
	    *domain != '\0' ? domain : "it");
	return CHECK_UNAVAILABLE;
}
