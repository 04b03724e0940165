/* SPDX-License-Identifier: ISC */
/*
 * Which test runs when, and what its outcome does.  The verdicts beside each
 * are the published ones; they hold where policy.db has no row, or can not be
 * read.  The order is that of cost.
 */
#include "checks.h"

#include <string.h>

#include "log.h"
#include "wire.h"

enum {
	CLOSED = 1, /* no verdict lets it pass: that would be an open relay */
	EACH = 2,   /* about the recipient: made anew for each */
	ALL = 4,    /* made of a welcome client too */
	ASKS = 8,   /* needs an oracle */
	BODY = 16,  /* a deferral is remembered for the next try, by the body */
	MESSAGE = 32 /* likewise, by the whole message */
};

struct entry {
	const char *test;
	enum stage stage;
	unsigned flags;
	check *run;
	struct verdicts published;
};

static const struct entry checks[] = {
    {"pregreet", STAGE_CONNECT, 0, check_pregreet,
	{VERDICT_DEFER, VERDICT_OFF}},
    {"helo", STAGE_HELO, 0, check_helo, {VERDICT_DENY, VERDICT_OFF}},
    {"size", STAGE_MAIL, ALL, check_size_declared, {VERDICT_DENY, VERDICT_OFF}},
    {"relay", STAGE_RCPT, CLOSED | EACH | ALL, check_relay,
	{VERDICT_DENY, VERDICT_DEFER}},
    {"client", STAGE_RCPT, ASKS, check_client, {VERDICT_DEFER, VERDICT_OFF}},
    {"ptr", STAGE_RCPT, ASKS, check_ptr, {VERDICT_LOG, VERDICT_OFF}},
    {"dnsbl", STAGE_RCPT, ASKS, check_dnsbl, {VERDICT_DEFER, VERDICT_OFF}},
    {"spf", STAGE_RCPT, ASKS, check_spf, {VERDICT_LOG, VERDICT_OFF}},
    {"greylist", STAGE_RCPT, ASKS, check_greylist,
	{VERDICT_DEFER, VERDICT_OFF}},
    {"quota", STAGE_RCPT, ASKS | EACH | ALL, check_quota,
	{VERDICT_DEFER, VERDICT_OFF}},
    {"recipient", STAGE_RCPT, ASKS | EACH, check_recipient,
	{VERDICT_DEFER, VERDICT_OFF}},
    {"unknown", STAGE_RCPT, ASKS | EACH, check_unknown,
	{VERDICT_OFF, VERDICT_OFF}},
    {"when_up", STAGE_RCPT, ASKS | EACH, check_when_up,
	{VERDICT_DEFER, VERDICT_OFF}},
    {"sender", STAGE_RCPT, ASKS, check_sender, {VERDICT_DEFER, VERDICT_OFF}},
    {"repeat", STAGE_RCPT, ASKS | EACH, check_repeat,
	{VERDICT_DEFER, VERDICT_OFF}},
    {"size", STAGE_BODY, ALL, check_size_counted, {VERDICT_DENY, VERDICT_OFF}},
    {"repeat", STAGE_DATA, ASKS, check_repeat, {VERDICT_DEFER, VERDICT_OFF}},
    {"header", STAGE_DATA, ASKS | MESSAGE, check_header,
	{VERDICT_DEFER, VERDICT_OFF}},
    {"dkim", STAGE_DATA, ASKS | MESSAGE, check_dkim,
	{VERDICT_LOG, VERDICT_OFF}},
    {"dmarc", STAGE_DATA, ASKS, check_dmarc, {VERDICT_LOG, VERDICT_OFF}},
    {"ownsender", STAGE_DATA, ASKS, check_ownsender,
	{VERDICT_DEFER, VERDICT_OFF}},
    {"malware", STAGE_DATA, ASKS | BODY, check_malware,
	{VERDICT_DEFER, VERDICT_DEFER}},
    {"toobig", STAGE_DATA, ASKS | BODY, check_toobig,
	{VERDICT_LOG, VERDICT_OFF}},
    {"spam", STAGE_DATA, ASKS | BODY, check_spam, {VERDICT_DEFER, VERDICT_OFF}},
    {"sender", STAGE_DATA, ASKS, check_callout, {VERDICT_DEFER, VERDICT_OFF}},
};

_Static_assert(sizeof checks / sizeof *checks <= CHECKS_MAX, "too many checks");

static bool applies(
    const struct session *, const struct entry *, struct verdicts *);
static bool judge(
    struct session *, unsigned, const struct verdicts *, struct reply *);
static const struct result *look(struct session *, unsigned);
static struct verdicts verdicts_of(
    const struct session *, const struct entry *, const char *domain);
static void tell(
    struct session *, unsigned, const struct result *, enum verdict);
static enum remembered memory_of(
    const struct entry *, enum outcome, enum verdict);
static const char *policy_domain_of(const struct session *);

bool
checks_run(struct session *s, enum stage stage, struct reply *r)
{
	int seconds = stage == STAGE_DATA ? CHECKS_DATA : CHECKS_COMMAND;

	s->deadline = wire_now() + (int64_t)seconds * 1000;
	for (unsigned i = 0; i < sizeof checks / sizeof *checks; i++) {
		struct verdicts v;

		if (checks[i].stage == stage && applies(s, &checks[i], &v) &&
		    !judge(s, i, &v, r))
			return false;
	}
	return true;
}

bool
checks_agree(const struct session *s, const char *one, const char *two)
{
	for (unsigned i = 0; i < sizeof checks / sizeof *checks; i++) {
		struct verdicts a, b;

		if (checks[i].stage < STAGE_BODY)
			continue;
		a = verdicts_of(s, &checks[i], one);
		b = verdicts_of(s, &checks[i], two);
		if (a.on_fail != b.on_fail ||
		    a.on_unavailable != b.on_unavailable)
			return false;
	}
	if (s->oracle == NULL)
		return true;
	return s->oracle->spam_threshold(s->oracle->ctx, s, one) ==
	    s->oracle->spam_threshold(s->oracle->ctx, s, two);
}

bool
checks_made(const struct session *s, const char *test)
{
	for (unsigned i = 0; i < sizeof checks / sizeof *checks; i++) {
		if (strcmp(checks[i].test, test) == 0 &&
		    s->mail.result[i].known)
			return true;
	}
	return false;
}

const char *
checks_domain(const struct session *s)
{
	return s->rcpt != NULL ? path_domain(s->rcpt) : s->mail.domain;
}

/* What no verdict makes use of is not looked at. */
static bool
applies(const struct session *s, const struct entry *e, struct verdicts *v)
{
	if ((e->flags & ASKS) && s->oracle == NULL)
		return false;
	if (s->client.welcome && !(e->flags & ALL))
		return false;
	*v = verdicts_of(s, e, policy_domain_of(s));
	return v->on_fail != VERDICT_OFF || v->on_unavailable != VERDICT_OFF;
}

/* True: go on. */
static bool
judge(struct session *s, unsigned i, const struct verdicts *v, struct reply *r)
{
	const struct result *result = look(s, i);
	const struct finding *f = &result->finding;
	enum verdict verdict = VERDICT_OFF;

	if (result->outcome != CHECK_PASS)
		verdict = result->outcome == CHECK_FAIL ? v->on_fail
							: v->on_unavailable;
	tell(s, i, result, verdict);
	if (verdict == VERDICT_DENY)
		reply_set(r, f->deny, f->deny_enhanced, "%s", f->reason);
	else if (verdict == VERDICT_DEFER)
		reply_set(r, f->defer, f->defer_enhanced, "%s", f->reason);
	return verdict < VERDICT_DEFER;
}

/* The outcome, found at most once a transaction unless it is about the
 * recipient. */
static const struct result *
look(struct session *s, unsigned i)
{
	struct result *result = &s->mail.result[i];
	int64_t began = wire_now();

	if (result->known && checks[i].stage == STAGE_RCPT &&
	    !(checks[i].flags & EACH))
		return result;
	*result = (struct result){.known = true};
	result->outcome = checks[i].run(s, &result->finding);
	result->ms = (long)(wire_now() - began);
	return result;
}

static struct verdicts
verdicts_of(const struct session *s, const struct entry *e, const char *domain)
{
	struct verdicts v = e->published;

	if (e->run == check_client)
		v.on_fail = s->client.verdict;
	else if (s->store->verdicts(s->store->ctx, e->test, domain, &v) !=
	    ANSWER_YES)
		v = e->published;
	if (!(e->flags & CLOSED))
		return v;
	if (v.on_fail < VERDICT_DEFER)
		v.on_fail = VERDICT_DEFER;
	if (v.on_unavailable < VERDICT_DEFER)
		v.on_unavailable = VERDICT_DEFER;
	return v;
}

/* To the log what did not pass; to table decision all that concerns mail of a
 * handled domain.  What is no news for the next recipient is told once. */
static void
tell(struct session *s, unsigned i, const struct result *result,
    enum verdict verdict)
{
	static const char *const outcomes[] = {"pass", "fail", "unavailable"};
	static const char *const names[] = {"off", "log", "defer", "deny"};
	const struct entry *e = &checks[i];
	bool news = !result->told || verdict >= VERDICT_DEFER;
	char address[IP_TEXT];

	if (verdict >= VERDICT_DEFER)
		s->refused_by = e->test;
	if (!news)
		return;
	s->mail.result[i].told = !(e->flags & EACH);
	if (verdict != VERDICT_OFF) {
		ip_format(&s->client.ip, address);
		log_event(LOG_L_INFO, "check", "session", s->id, "test",
		    e->test, "outcome", outcomes[result->outcome], "verdict",
		    names[verdict], "client", address, "helo", s->helo, "from",
		    s->mail.sender.mailbox, "to",
		    s->rcpt ? s->rcpt->mailbox : NULL, "reason",
		    result->finding.reason, NULL);
	}
	if (s->oracle != NULL && policy_domain_of(s) != NULL)
		s->oracle->note(s->oracle->ctx, s,
		    &(struct noted){e->test, outcomes[result->outcome],
			names[verdict], result->finding.reason,
			(e->flags & EACH) || verdict >= VERDICT_DEFER,
			memory_of(e, result->outcome, verdict), result->ms});
}

/* A forged copy must not stand in the way of the genuine one, whose body is the
 * same: what the header section fails is not remembered by the body alone. */
static enum remembered
memory_of(const struct entry *e, enum outcome outcome, enum verdict verdict)
{
	if (verdict != VERDICT_DEFER || outcome != CHECK_FAIL)
		return REMEMBER_NOT;
	if (e->flags & MESSAGE)
		return REMEMBER_MESSAGE;
	return e->flags & BODY ? REMEMBER_BODY : REMEMBER_NOT;
}

/* The row whose verdicts go before the general ones. */
static const char *
policy_domain_of(const struct session *s)
{
	if (s->rcpt != NULL)
		return s->handled == ANSWER_YES ? s->row.name : NULL;
	return s->mail.domain[0] != '\0' ? s->mail.domain : NULL;
}
