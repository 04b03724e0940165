/* SPDX-License-Identifier: ISC */
/*
 * Whether an address exists: asked of the primary for recipients, of the
 * sender's own exchanger for senders, and remembered.  Whoever does not answer
 * in time has said nothing.
 */
#include <string.h>
#include <time.h>

#include "address.h"
#include "callout.h"
#include "inquiry.h"
#include "log.h"
#include "route.h"
#include "session.h"

enum { BUDGET_PERIOD = 600, MINUTE = 60 };

static bool is_asked_for(const struct session *);
static bool is_genuine(struct inquiry *, const struct session *);
static enum sender_answer recall(
    struct inquiry *, const struct session *, char told[TOLD_LEN]);
static enum sender_answer find_way(
    struct inquiry *, const struct session *, char told[TOLD_LEN]);
static enum sender_answer call_sender(struct inquiry *, const struct session *,
    struct route *, char told[TOLD_LEN]);
static bool may_call(struct inquiry *, const char *domain);

enum sender_answer
inquiry_sender(void *ctx, const struct session *s, char told[TOLD_LEN])
{
	struct inquiry *q = ctx;
	enum sender_answer answer;

	told[0] = '\0';
	if (!is_asked_for(s))
		return SENDER_EXISTS;
	if ((answer = recall(q, s, told)) == SENDER_NOT_SAID)
		answer = find_way(q, s, told);
	if (answer == SENDER_REFUSED && is_genuine(q, s))
		answer = SENDER_EXISTS;
	return answer;
}

/* What is in memory is not asked again; who is vouched for is not asked. */
enum sender_answer
inquiry_callout(void *ctx, const struct session *s, char told[TOLD_LEN])
{
	struct inquiry *q = ctx;
	enum sender_answer answer;

	told[0] = '\0';
	if (!is_asked_for(s))
		return SENDER_EXISTS;
	inquiry_spf(q, s);
	inquiry_signatures(q, s);
	if (is_genuine(q, s))
		return SENDER_EXISTS;
	answer = recall(q, s, told);
	if (answer == SENDER_NOT_SAID) {
		answer = find_way(q, s, told);
		if (answer != SENDER_EXISTS ||
		    !may_call(q, path_domain(&s->mail.sender)))
			return answer;
		answer = call_sender(q, s, &q->route, told);
	}
	q->callout = answer == SENDER_EXISTS ? VERIFIED_PASS
	    : answer == SENDER_REFUSED	     ? VERIFIED_FAIL
					     : VERIFIED_TEMPERROR;
	return answer;
}

/* Nobody is asked about the null path, nor are we ourselves. */
static bool
is_asked_for(const struct session *s)
{
	const struct path *sender = &s->mail.sender;
	struct domain_row row;

	return !path_is_null(sender) && !sender->literal &&
	    s->store->domain(s->store->ctx, path_domain(sender), &row) ==
	    ANSWER_NO;
}

/* By what was found out so far. */
static bool
is_genuine(struct inquiry *q, const struct session *s)
{
	struct verified v;

	inquiry_spf(q, s);
	evidence_verified(s, &v);
	return verified_is_genuine(&v, s->mail.sender.mailbox);
}

static enum sender_answer
recall(struct inquiry *q, const struct session *s, char told[TOLD_LEN])
{
	struct state_db *state = disk_state(q->disk);
	struct address known;

	if (state == NULL ||
	    address_find(state, ADDRESS_SENDER, s->mail.sender.mailbox,
		&known) != ANSWER_YES ||
	    !address_holds(&known, time(NULL), 0))
		return SENDER_NOT_SAID;
	strlcpy(told, known.reply, TOLD_LEN);
	return known.good ? SENDER_EXISTS : SENDER_REFUSED;
}

/* By the DNS, which costs the other side nothing. */
static enum sender_answer
find_way(struct inquiry *q, const struct session *s, char told[TOLD_LEN])
{
	const char *domain = path_domain(&s->mail.sender);
	struct dns *dns = dns_new(q->conf);
	enum route_status found = ROUTE_TEMPORARY;

	if (dns != NULL)
		found = route_find(dns, q->conf,
		    &(struct route_question){.domain = domain,
			.row = "",
			.deadline = inquiry_deadline(s, CALLOUT_MS / 2)},
		    &q->route);
	dns_free(dns);
	strlcpy(told, q->route.reason, TOLD_LEN);
	if (found == ROUTE_PERMANENT || found == ROUTE_OURS)
		return SENDER_NO_DOMAIN;
	return found == ROUTE_FOUND ? SENDER_EXISTS : SENDER_NOT_SAID;
}

/* Others' hosts are not knocked at more often than this (table setting). */
static bool
may_call(struct inquiry *q, const char *domain)
{
	struct policy_db *p = disk_policy(q->disk);
	struct state_db *state = disk_state(q->disk);
	char name[DOMAIN_LEN + 16];
	time_t now = time(NULL);

	if (p == NULL || state == NULL ||
	    policy_no_callout(p, domain) != ANSWER_NO)
		return false;
	snprintf(name, sizeof name, "callout %s", domain);
	return budget_take(state, name,
		   (unsigned)inquiry_number(
		       q, "callout_target", CALLOUT_TARGET),
		   MINUTE, now) == ANSWER_YES &&
	    budget_take(state, "callout",
		(unsigned)inquiry_number(q, "callout_all", CALLOUT_ALL), MINUTE,
		now) == ANSWER_YES;
}

/* Over TLS where that works: what a stranger's host promises is for those who
 * send it mail. */
static enum sender_answer
call_sender(struct inquiry *q, const struct session *s, struct route *r,
    char told[TOLD_LEN])
{
	const char *mailbox = s->mail.sender.mailbox;
	struct callout_answer a;
	struct address said = {.asked = time(NULL)};

	for (size_t i = 0; i < r->n; i++)
		r->target[i].tls = SEND_TLS_MAY;
	callout_ask(&(struct callout){.libexec = q->conf->libexec,
			.helo = q->conf->hostname,
			.target = r->target,
			.ntarget = r->n,
			.authorities = q->conf->tls_authorities,
			.mailbox = mailbox,
			.deadline = inquiry_deadline(s, CALLOUT_MS)},
	    &a);
	strlcpy(told, a.reply, TOLD_LEN);
	if (a.result != CALLOUT_GOOD && a.result != CALLOUT_BAD)
		return SENDER_NOT_SAID;
	said.good = a.result == CALLOUT_GOOD;
	strlcpy(said.reply, a.reply, sizeof said.reply);
	address_note(disk_state(q->disk), ADDRESS_SENDER, mailbox, &said);
	return said.good ? SENDER_EXISTS : SENDER_REFUSED;
}
