/* SPDX-License-Identifier: ISC */
/* size: a message over max_message_size, declared (RFC 1870) or counted. */
#include <inttypes.h>

#include "checks.h"

static enum outcome
judge(const struct session *s, uint64_t octets, struct finding *f)
{
	uint64_t most = s->conf->max_message_size;

	if (octets <= most)
		return CHECK_PASS;
	return finding_set(f, 552, "5.3.4", 452, "4.3.4",
	    "Message exceeds %" PRIu64 " octets", most);
}

enum outcome
check_size_declared(const struct session *s, struct finding *f)
{
	return judge(s, s->mail.params.size, f);
}

enum outcome
check_size_counted(const struct session *s, struct finding *f)
{
	return judge(s, s->mail.content.octets, f);
}
