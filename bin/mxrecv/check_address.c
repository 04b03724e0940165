/* SPDX-License-Identifier: ISC */
/*
 * recipient, unknown, sender: whether the addresses exist, as those say who
 * must know.
 */
#include "checks.h"

static enum outcome judge_sender(const struct session *, enum sender_answer,
    const char *told, struct finding *);

/* recipient: the primary refuses it, asked while it can be reached. */
enum outcome
check_recipient(const struct session *s, struct finding *f)
{
	char told[TOLD_LEN];

	switch (s->oracle->recipient(s->oracle->ctx, s, told)) {
	case RCPT_REFUSED:
		return finding_set(f, 550, "5.1.1", 450, "4.1.1",
		    "<%.100s>: recipient refused by the primary exchanger: "
		    "%.100s",
		    s->rcpt->mailbox, told);
	case RCPT_OVERDRAWN:
		return finding_set(f, 450, "4.7.1", 450, "4.7.1",
		    "Too many unknown recipients from your network; use the "
		    "primary exchanger for %s",
		    checks_domain(s));
	case RCPT_NOT_SAID:
		return finding_unavailable(f,
		    "<%.100s>: verification in progress; try again later",
		    s->rcpt->mailbox);
	default:
		return CHECK_PASS;
	}
}

/* unknown: nobody has heard of it, and the primary can not be asked. */
enum outcome
check_unknown(const struct session *s, struct finding *f)
{
	char told[TOLD_LEN];

	if (s->oracle->recipient(s->oracle->ctx, s, told) != RCPT_UNKNOWN)
		return CHECK_PASS;
	return finding_set(f, 550, "5.1.1", 450, "4.1.1",
	    "<%.100s>: not known here, and the primary exchanger for %s can "
	    "not be asked",
	    s->rcpt->mailbox, checks_domain(s));
}

/* sender, before the message: its domain takes no mail, or it is remembered
 * that the address does not exist. */
enum outcome
check_sender(const struct session *s, struct finding *f)
{
	char told[TOLD_LEN];
	enum sender_answer a = s->oracle->sender(s->oracle->ctx, s, told);

	return judge_sender(s, a, told, f);
}

/* sender, after it: nobody vouches for it, and its own exchanger refuses it. */
enum outcome
check_callout(const struct session *s, struct finding *f)
{
	char told[TOLD_LEN];
	enum sender_answer a = s->oracle->callout(s->oracle->ctx, s, told);

	return judge_sender(s, a, told, f);
}

static enum outcome
judge_sender(const struct session *s, enum sender_answer answer,
    const char *told, struct finding *f)
{
	const char *mailbox = s->mail.sender.mailbox;

	switch (answer) {
	case SENDER_NO_DOMAIN:
		return finding_set(f, 550, "5.1.8", 450, "4.1.8",
		    "<%.100s>: sender's domain takes no mail: %.100s", mailbox,
		    told);
	case SENDER_REFUSED:
		return finding_set(f, 550, "5.1.7", 450, "4.1.7",
		    "<%.100s>: sender address could not be verified: %.100s",
		    mailbox, told);
	case SENDER_NOT_SAID:
		return finding_unavailable(
		    f, "<%.100s>: sender could not be verified", mailbox);
	default:
		return CHECK_PASS;
	}
}
