/* SPDX-License-Identifier: ISC */
/* pregreet: it spoke before the greeting's end or EHLO's answer (RFC 5321
 * 4.3.1, RFC 2920 3.1): what only programs do that do not listen. */
#include "checks.h"

enum outcome
check_pregreet(const struct session *s, struct finding *f)
{
	if (!s->early)
		return CHECK_PASS;
	return finding_set(f, 554, "5.5.0", 421, "4.5.0",
	    "%s Protocol error: you spoke before it was your turn",
	    s->conf->hostname);
}
