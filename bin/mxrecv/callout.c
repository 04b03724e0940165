/* SPDX-License-Identifier: ISC */
/*
 * A refusal counts only where it is about the address: a host that refuses the
 * null sender, or us, has said nothing about anybody's mailbox.
 */
#include "callout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "path.h"

enum { STEP_SECONDS = 8 };

static void probe(
    struct sender *, const struct callout *, struct callout_answer *);
static void probe_random(
    struct sender *, const struct callout *, struct callout_answer *);
static enum callout_result judge(
    const struct reply *mail, const struct reply *);
static bool is_about_us(const struct reply *);
static void note_reply(struct callout_answer *, const struct reply *);

void
callout_ask(const struct callout *c, struct callout_answer *a)
{
	struct sender *s = sender_start(c->libexec);
	struct send_answer opened;

	*a = (struct callout_answer){.result = CALLOUT_UNREACHABLE};
	if (s == NULL)
		return;
	sender_limit(s, STEP_SECONDS);
	sender_authorities(s, c->authorities);
	if (sender_open(
		s, c->helo, c->target, c->ntarget, c->deadline, &opened) == 0) {
		bool good = opened.status == SEND_IS_OPEN &&
		    (c->demand == NULL || demand_check(c->demand, &opened));

		strlcpy(a->host, opened.host, sizeof a->host);
		note_reply(a, &opened.reply);
		if (good)
			probe(s, c, a);
	}
	sender_stop(s);
}

static void
probe(struct sender *s, const struct callout *c, struct callout_answer *a)
{
	struct reply mail, rcpt;

	a->result = CALLOUT_TEMPORARY;
	sender_probe(s, "", c->mailbox, c->deadline, &mail, &rcpt);
	a->result = judge(&mail, &rcpt);
	if (rcpt.code != 0)
		note_reply(a, &rcpt);
	else if (mail.code != 0)
		note_reply(a, &mail);
	if (c->catchall && a->result == CALLOUT_GOOD)
		probe_random(s, c, a);
}

static void
probe_random(
    struct sender *s, const struct callout *c, struct callout_answer *a)
{
	char mailbox[MAILBOX_LEN + 1];
	const char *domain = strrchr(c->mailbox, '@');
	struct reply mail, rcpt;
	int n;

	if (domain == NULL)
		return;
	n = snprintf(mailbox, sizeof mailbox, "x%08x%08x%s", arc4random(),
	    arc4random(), domain);
	if (n < 0 || (size_t)n >= sizeof mailbox)
		return;
	sender_probe(s, "", mailbox, c->deadline, &mail, &rcpt);
	a->takes_all = rcpt.code / 100 == 2;
}

static enum callout_result
judge(const struct reply *mail, const struct reply *rcpt)
{
	if (mail->code / 100 != 2)
		return CALLOUT_TEMPORARY;
	if (rcpt->code / 100 == 2)
		return CALLOUT_GOOD;
	if (rcpt->code / 100 == 5 && !is_about_us(rcpt))
		return CALLOUT_BAD;
	return CALLOUT_TEMPORARY;
}

/* X.7.X is policy, X.3.X and X.4.X are the system's own trouble (RFC 3463 3),
 * but 5.4.1 is what Exchange says of a mailbox that does not exist. */
static bool
is_about_us(const struct reply *r)
{
	return strncmp(r->enhanced, "5.7.", 4) == 0 ||
	    strncmp(r->enhanced, "5.3.", 4) == 0 ||
	    (strncmp(r->enhanced, "5.4.", 4) == 0 &&
		strcmp(r->enhanced, "5.4.1") != 0);
}

static void
note_reply(struct callout_answer *a, const struct reply *r)
{
	if (r->code == 0)
		return;
	snprintf(a->reply, sizeof a->reply, "%d %s%s%.150s", r->code,
	    r->enhanced, *r->enhanced != '\0' ? " " : "", r->text);
	for (char *p = a->reply; *p != '\0'; p++) {
		if (*p < ' ' || *p > '~')
			*p = '?';
	}
}
