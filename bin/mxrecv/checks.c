/* SPDX-License-Identifier: ISC */
/*
 * Which test runs when, and what its outcome does.  The verdicts beside each
 * are the published ones; they hold where policy.db has no row, or can not be
 * read.
 */
#include "checks.h"

#include <stdarg.h>
#include <stdio.h>

#include "log.h"

struct entry {
	const char *test;
	enum stage stage;
	check *run;
	struct verdicts published;
	bool closed; /* no verdict lets it pass: that would be an open relay */
};

static const struct entry checks[] = {
    {"pregreet", STAGE_CONNECT, check_pregreet, {VERDICT_DEFER, VERDICT_OFF},
	false},
    {"helo", STAGE_HELO, check_helo, {VERDICT_DENY, VERDICT_OFF}, false},
    {"size", STAGE_MAIL, check_size_declared, {VERDICT_DENY, VERDICT_OFF},
	false},
    {"relay", STAGE_RCPT, check_relay, {VERDICT_DENY, VERDICT_DEFER}, true},
    {"size", STAGE_BODY, check_size_counted, {VERDICT_DENY, VERDICT_OFF},
	false},
};

static bool run(const struct session *, const struct entry *, struct reply *);
static enum verdict verdict_of(
    const struct session *, const struct entry *, enum outcome);
static const char *domain_of(const struct session *);

bool
checks_run(const struct session *s, enum stage stage, struct reply *r)
{
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		if (checks[i].stage == stage && !run(s, &checks[i], r))
			return false;
	}
	return true;
}

enum outcome
finding_set(struct finding *f, int deny, const char *deny_enhanced, int defer,
    const char *defer_enhanced, const char *fmt, ...)
{
	va_list ap;

	f->deny = deny;
	f->deny_enhanced = deny_enhanced;
	f->defer = defer;
	f->defer_enhanced = defer_enhanced;
	va_start(ap, fmt);
	vsnprintf(f->reason, sizeof f->reason, fmt, ap);
	va_end(ap);
	return CHECK_FAIL;
}

static bool
run(const struct session *s, const struct entry *e, struct reply *r)
{
	static const char *const outcomes[] = {"pass", "fail", "unavailable"};
	static const char *const names[] = {"off", "log", "defer", "deny"};
	struct finding f;
	enum outcome outcome = e->run(s, &f);
	char address[IP_TEXT];
	enum verdict v;

	if (outcome == CHECK_PASS)
		return true;
	if ((v = verdict_of(s, e, outcome)) == VERDICT_OFF)
		return true;
	ip_format(&s->client.ip, address);
	log_event(LOG_L_INFO, "check", "test", e->test, "outcome",
	    outcomes[outcome], "verdict", names[v], "client", address, "helo",
	    s->helo, "from", s->mail.sender.mailbox, "to",
	    s->rcpt ? s->rcpt->mailbox : NULL, "reason", f.reason, NULL);
	if (v == VERDICT_DENY)
		reply_set(r, f.deny, f.deny_enhanced, "%s", f.reason);
	else if (v == VERDICT_DEFER)
		reply_set(r, f.defer, f.defer_enhanced, "%s", f.reason);
	return v == VERDICT_LOG;
}

static enum verdict
verdict_of(const struct session *s, const struct entry *e, enum outcome outcome)
{
	struct verdicts v = e->published;
	enum verdict verdict;

	if (s->store->verdicts(s->store->ctx, e->test, domain_of(s), &v) !=
	    ANSWER_YES)
		v = e->published;
	verdict = outcome == CHECK_FAIL ? v.on_fail : v.on_unavailable;
	if (e->closed && verdict < VERDICT_DEFER)
		return VERDICT_DEFER;
	return verdict;
}

/* The row whose verdicts go before the general ones. */
static const char *
domain_of(const struct session *s)
{
	return s->rcpt != NULL && s->handled == ANSWER_YES ? s->row.name : NULL;
}
