/* SPDX-License-Identifier: ISC */
#include "outbound.h"

#include <string.h>

bool
outbound_look_up(struct policy_db *p, struct job *j)
{
	char text[SETTING_LEN];

	/* who is not told who sent a message: hosts that are not our primary */
	j->identity = IDENTITY_HEADERS;
	if (!j->handled)
		return true;
	switch (policy_setting(p, "identity", j->row.name, text)) {
	case ANSWER_YES:
		return send_identity_parse(text, &j->identity);
	case ANSWER_NO:
		j->identity = IDENTITY_AUTO;
		return true;
	default:
		return false;
	}
}

bool
outbound_tells_client(const struct job *j, const struct send_answer *a)
{
	return (j->identity == IDENTITY_AUTO ||
		   j->identity == IDENTITY_XCLIENT) &&
	    strstr(a->ext, "XCLIENT") != NULL;
}
