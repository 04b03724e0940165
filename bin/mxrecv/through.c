/* SPDX-License-Identifier: ISC */
#include "through.h"

#include <string.h>

#include "checks.h"
#include "oracle.h"

static bool goes_along(const struct session *, bool through, struct reply *);

bool
through_rcpt(
    struct session *s, const struct rcpt_params *params, struct reply *r)
{
	struct transaction *t = &s->mail;
	struct reply said;
	bool through;

	if (s->oracle == NULL)
		return true;
	through = s->oracle->goes_through(s->oracle->ctx, s);
	if (!goes_along(s, through, r))
		return false;
	if (!through)
		return true;
	switch (s->oracle->through_rcpt(s->oracle->ctx, s, params, &said)) {
	case THROUGH_TAKEN:
		*r = said;
		return t->through = true;
	case THROUGH_REFUSED:
		*r = said;
		s->refused_by = "when_up";
		return false;
	default:
		t->through = false;
		/* some waited for what the primary would say */
		return checks_run(s, STAGE_RCPT, r);
	}
}

void
through_take_back(struct session *s)
{
	s->mail.through = false;
}

bool
through_data(struct session *s, struct reply *r, bool *taken)
{
	enum through_answer answer;

	if (!s->mail.through)
		return false;
	answer = s->oracle->through_data(s->oracle->ctx, s, r);
	if (answer == THROUGH_REFUSED)
		s->refused_by = "when_up";
	*taken = answer == THROUGH_TAKEN;
	return answer != THROUGH_LOST;
}

/* One answer stands for all recipients of a message: that of one primary, or
 * ours (RFC 5321 4.5.3.1.10 has the code). */
static bool
goes_along(const struct session *s, bool through, struct reply *r)
{
	const struct transaction *t = &s->mail;
	struct rcpt_entry first;
	size_t at = 0;

	if (!rcpts_next(&t->rcpts, &at, &first) ||
	    (through == t->through &&
		(!through || strcmp(first.domain, checks_domain(s)) == 0)))
		return true;
	reply_set(r, 452, "4.5.3",
	    "Send the message again to %s; mail goes another way there",
	    checks_domain(s));
	return false;
}
