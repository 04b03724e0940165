/* SPDX-License-Identifier: ISC */
#include "inquiry.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "session.h"

static void forget(struct inquiry *, unsigned serial);
static enum answer client(void *, const struct ip *, enum verdict *);
static double spam_threshold(void *, const struct session *, const char *);
static void evidence(void *, const struct session *, struct evidence *);
static void note(void *, const struct session *, const struct noted *);

void
inquiry_init(struct inquiry *q, const struct inquiry_means *by)
{
	q->conf = by->conf;
	q->disk = by->disk;
	q->peer = by->peer;
	q->staff = by->staff;
	q->message = -1;
	q->oracle = (struct oracle){.ctx = q,
	    .named = inquiry_named,
	    .listed = inquiry_listed,
	    .known = inquiry_known,
	    .recipient = inquiry_recipient,
	    .elsewhere = inquiry_elsewhere,
	    .goes_through = inquiry_goes_through,
	    .through_rcpt = inquiry_through_rcpt,
	    .through_data = inquiry_through_data,
	    .room = inquiry_room,
	    .may_etrn = inquiry_may_etrn,
	    .sender = inquiry_sender,
	    .callout = inquiry_callout,
	    .repeated = inquiry_repeated,
	    .header = inquiry_header,
	    .spf = inquiry_spf,
	    .signatures = inquiry_signatures,
	    .malware = inquiry_malware,
	    .spam = inquiry_spam,
	    .spam_threshold = spam_threshold,
	    .evidence = evidence,
	    .note = note};
}

void
inquiry_end(struct inquiry *q, const struct session *s)
{
	struct notes *notes = &q->disk->notes;

	q->over = true;
	forget(q, 0);
	inquiry_through_end(q);
	inquiry_refresh(q, s);
	if (notes->left_out > 0)
		log_event(
		    LOG_L_INFO, "decisions-left-out", "session", s->id, NULL);
	if (disk_note(q->disk, s) == -1)
		log_event(
		    LOG_L_ERROR, "decisions-lost", "session", s->id, NULL);
}

void
inquiry_welcome(struct inquiry *q, struct client *c)
{
	inquiry_ask_lists(q);
	if (q->conf->greet_delay > 0)
		c->passed_lately = inquiry_passed_lately(q, &c->ip);
	if (client(q, &c->ip, &c->verdict) != ANSWER_YES)
		c->verdict = VERDICT_OFF;
	else
		c->welcome = c->verdict == VERDICT_OFF;
}

void
inquiry_turn(struct inquiry *q, const struct session *s)
{
	if (q->serial != s->serial)
		forget(q, s->serial);
}

int
inquiry_message(struct inquiry *q, const struct session *s)
{
	inquiry_turn(q, s);
	if (q->message == -1 && q->disk->drafting)
		q->message = draft_reader(&q->disk->draft);
	return q->message;
}

bool
inquiry_wants(const struct session *s, const char *test, const char *domain)
{
	struct verdicts v;

	return s->store->verdicts(s->store->ctx, test, domain, &v) !=
	    ANSWER_YES ||
	    v.on_fail != VERDICT_OFF || v.on_unavailable != VERDICT_OFF;
}

int64_t
inquiry_deadline(const struct session *s, int64_t ms)
{
	int64_t deadline = wire_now() + ms;

	return deadline < s->deadline ? deadline : s->deadline;
}

long
inquiry_number(struct inquiry *q, const char *name, long fallback)
{
	struct policy_db *p = disk_policy(q->disk);
	char text[SETTING_LEN];

	if (p == NULL || policy_setting(p, name, NULL, text) != ANSWER_YES)
		return fallback;
	return strtol(text, NULL, 10);
}

/* What was about another message. */
static void
forget(struct inquiry *q, unsigned serial)
{
	if (q->message != -1)
		close(q->message);
	inquiry_content_forget(q);
	inquiry_spf_forget(q);
	q->callout = VERIFIED_NOT;
	q->message = -1;
	q->body[0] = q->header[0] = '\0';
	q->serial = serial;
}

static enum answer
client(void *ctx, const struct ip *ip, enum verdict *out)
{
	struct inquiry *q = ctx;
	struct policy_db *p = disk_policy(q->disk);

	return p != NULL ? policy_client(p, ip, out) : ANSWER_UNAVAILABLE;
}

static double
spam_threshold(void *ctx, const struct session *s, const char *domain)
{
	struct inquiry *q = ctx;
	struct policy_db *p = disk_policy(q->disk);
	char text[SETTING_LEN];

	(void)s;
	if (p == NULL ||
	    policy_setting(p, "spam_threshold", domain, text) != ANSWER_YES)
		return SPAM_THRESHOLD;
	return strtod(text, NULL);
}

static void
evidence(void *ctx, const struct session *s, struct evidence *e)
{
	struct inquiry *q = ctx;

	inquiry_turn(q, s);
	e->spf = q->spf.told ? &q->spf.answer : NULL;
	e->dkim = q->dkim.state == CONTENT_TOLD ? &q->dkim.answer : NULL;
	e->callout = q->callout;
}

static void
note(void *ctx, const struct session *s, const struct noted *n)
{
	struct inquiry *q = ctx;

	notes_add(&q->disk->notes, s, n);
	if (n->remember != REMEMBER_NOT)
		inquiry_remember(q, s, n);
}
