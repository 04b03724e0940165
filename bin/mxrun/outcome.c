/* SPDX-License-Identifier: ISC */
#include "outcome.h"

#include <stdio.h>

enum outcome
outcome_of(const struct reply *r)
{
	if (r->code >= 200 && r->code < 300)
		return OUTCOME_DONE;
	if (r->code >= 500)
		return OUTCOME_FAILED;
	return r->code == 0 && r->text[0] == '\0' ? OUTCOME_UNASKED
						  : OUTCOME_WAITS;
}

void
outcome_text(const struct reply *r, char out[OUTCOME_TEXT])
{
	if (r->code == 0)
		snprintf(out, OUTCOME_TEXT, "%.*s", OUTCOME_TEXT - 1, r->text);
	else
		snprintf(out, OUTCOME_TEXT, "%d %s%s%.*s", r->code, r->enhanced,
		    r->enhanced[0] ? " " : "", OUTCOME_TEXT - 20, r->text);
	for (char *c = out; *c != '\0'; c++) {
		if (*c == '\n')
			*c = ' ';
	}
}
