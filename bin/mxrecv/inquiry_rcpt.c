/* SPDX-License-Identifier: ISC */
/*
 * Whether a recipient exists: table recipient, what was learned, and the
 * primary itself while it can be reached.  While it is down the memory of its
 * answers stands still, so that a long outage does not forget who exists.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "address.h"
#include "callout.h"
#include "inquiry.h"
#include "primaries.h"
#include "route.h"
#include "session.h"

enum { BUDGET_PERIOD = 600, ASK_MAX_WAIT = 86400 + 86400 / 20 };
enum { SLOW_MS = 3000 }; /* a callout that takes longer */

struct rcpt_question {
	struct inquiry *q;
	struct state_db *state;
	const char *mailbox, *domain;
	const struct domain_row *row;
	const struct ip *client;
	time_t now, down; /* primary_down() */
	int64_t deadline; /* of a callout */
	struct primary primary;
	bool known;
	struct address address; /* if known */
	char *told;
};

static int64_t callout_deadline(const struct inquiry *, const struct session *);
static enum rcpt_answer leave_to_primary(struct rcpt_question *);
static enum rcpt_answer ask(struct rcpt_question *);
static enum rcpt_answer by_table(
    struct inquiry *, const struct session *, bool *decided);
static enum rcpt_answer by_memory(struct rcpt_question *, bool *decided);
static enum rcpt_answer by_primary(struct rcpt_question *);
static void call(struct rcpt_question *, bool, struct callout_answer *);
static void count_slow(struct inquiry *, int64_t ms);
static enum rcpt_answer while_down(const struct rcpt_question *);
static bool needs_catchall(const struct rcpt_question *);
static void note(
    struct rcpt_question *, const struct callout_answer *, bool catchall);
static bool is_believable(const struct rcpt_question *);
static void note_stale(struct rcpt_question *);
static enum answer budget(struct rcpt_question *, bool take);

enum rcpt_answer
inquiry_recipient(void *ctx, const struct session *s, char told[TOLD_LEN])
{
	struct inquiry *q = ctx;
	struct rcpt_question rq = {.q = q,
	    .state = disk_state(q->disk),
	    .mailbox = s->rcpt->mailbox,
	    .domain = path_domain(s->rcpt),
	    .row = &s->row,
	    .client = &s->client.ip,
	    .now = time(NULL),
	    .deadline = callout_deadline(q, s),
	    .told = q->rcpt_told};
	bool decided = false;

	if (strcmp(q->rcpt_asked, rq.mailbox) != 0) {
		q->rcpt_told[0] = '\0';
		q->rcpt_answer = by_table(q, s, &decided);
		if (!decided && inquiry_goes_through(q, s))
			q->rcpt_answer = leave_to_primary(&rq);
		else if (!decided)
			q->rcpt_answer =
			    rq.state == NULL ? RCPT_NOT_SAID : ask(&rq);
		strlcpy(q->rcpt_asked, rq.mailbox, sizeof q->rcpt_asked);
	}
	strlcpy(told, q->rcpt_told, TOLD_LEN);
	return q->rcpt_answer;
}

void
inquiry_refresh(struct inquiry *q, const struct session *s)
{
	for (unsigned i = 0; i < q->nstale; i++) {
		struct domain_row row;
		const char *at = strrchr(q->stale[i], '@');

		if (s->store->domain(s->store->ctx, at + 1, &row) == ANSWER_YES)
			inquiry_ask_primary(q, s, q->stale[i], &row);
	}
	q->nstale = 0;
}

void
inquiry_ask_primary(struct inquiry *q, const struct session *s,
    const char *mailbox, const struct domain_row *row)
{
	char told[TOLD_LEN];
	struct rcpt_question rq = {.q = q,
	    .state = disk_state(q->disk),
	    .mailbox = mailbox,
	    .domain = strrchr(mailbox, '@') + 1,
	    .row = row,
	    .client = &s->client.ip,
	    .now = time(NULL),
	    .deadline = callout_deadline(q, s),
	    .told = told};

	if (rq.state == NULL)
		return;
	state_primary(rq.state, rq.domain, &rq.primary);
	rq.down = primary_down(&rq.primary, rq.now);
	by_primary(&rq);
}

void
inquiry_learned(
    struct inquiry *q, const struct session *s, const struct reply *r)
{
	struct rcpt_question rq = {.q = q,
	    .state = disk_state(q->disk),
	    .client = &s->client.ip,
	    .now = time(NULL)};
	struct address said = {.good = r->code / 100 == 2, .asked = rq.now};
	bool unknown = strcmp(r->enhanced, "5.1.1") == 0;

	/* any other refusal may be about the sender, or about us */
	if (rq.state == NULL || (!said.good && !unknown))
		return;
	state_primary(rq.state, path_domain(s->rcpt), &rq.primary);
	said.down = primary_down(&rq.primary, rq.now);
	snprintf(said.reply, sizeof said.reply, "%d %s %.150s", r->code,
	    r->enhanced, r->text);
	address_note(rq.state, ADDRESS_RECIPIENT, s->rcpt->mailbox, &said);
	if (unknown)
		budget(&rq, true);
}

static int64_t
callout_deadline(const struct inquiry *q, const struct session *s)
{
	return q->over ? wire_now() + CALLOUT_MS
		       : inquiry_deadline(s, CALLOUT_MS);
}

static enum rcpt_answer
by_table(struct inquiry *q, const struct session *s, bool *decided)
{
	struct policy_db *p = disk_policy(q->disk);
	char mode[SETTING_LEN];

	if (p == NULL)
		return RCPT_NOT_SAID;
	*decided = policy_recipient(p, s->rcpt->mailbox) == ANSWER_YES;
	if (*decided)
		return RCPT_EXISTS;
	if (policy_setting(p, "recipients", s->row.name, mode) != ANSWER_YES ||
	    strcmp(mode, "only") != 0)
		return RCPT_NOT_SAID;
	*decided = true;
	strlcpy(q->rcpt_told, "not in the list of recipients", TOLD_LEN);
	return RCPT_REFUSED;
}

/* It says so itself, if the client has not named too many. */
static enum rcpt_answer
leave_to_primary(struct rcpt_question *rq)
{
	return budget(rq, false) == ANSWER_NO ? RCPT_OVERDRAWN : RCPT_EXISTS;
}

static enum rcpt_answer
ask(struct rcpt_question *rq)
{
	enum rcpt_answer answer;
	bool decided = false;

	state_primary(rq->state, rq->domain, &rq->primary);
	rq->down = primary_down(&rq->primary, rq->now);
	answer = by_memory(rq, &decided);
	if (decided)
		return answer;
	if (rq->primary.next_ask > rq->now && is_believable(rq))
		return while_down(rq);
	if (rq->q->slow_ms >= CALLOUTS_SLOW * 1000)
		return RCPT_NOT_SAID;
	if (budget(rq, false) == ANSWER_NO)
		return RCPT_OVERDRAWN;
	return by_primary(rq);
}

static enum rcpt_answer
by_memory(struct rcpt_question *rq, bool *decided)
{
	struct address *a = &rq->address;

	if (address_find(rq->state, ADDRESS_CATCHALL, rq->domain, a) ==
		ANSWER_YES &&
	    a->good && address_holds(a, rq->now, rq->down)) {
		*decided = true;
		return RCPT_EXISTS;
	}
	rq->known = address_find(rq->state, ADDRESS_RECIPIENT, rq->mailbox,
			a) == ANSWER_YES;
	*decided = rq->known && address_holds(a, rq->now, rq->down);
	if (!*decided)
		return RCPT_NOT_SAID;
	if (address_is_stale(a, rq->now, rq->down) &&
	    !primary_is_away(&rq->primary))
		note_stale(rq);
	strlcpy(rq->told, a->reply, TOLD_LEN);
	return a->good ? RCPT_EXISTS : RCPT_REFUSED;
}

static enum rcpt_answer
by_primary(struct rcpt_question *rq)
{
	bool catchall = needs_catchall(rq);
	int64_t began = wire_now();
	struct callout_answer a;

	call(rq, catchall, &a);
	count_slow(rq->q, wire_now() - began);
	strlcpy(rq->told, a.reply, TOLD_LEN);
	inquiry_heard(rq->q, rq->domain, &rq->primary, &a);
	switch (a.result) {
	case CALLOUT_GOOD:
		note(rq, &a, catchall);
		return RCPT_EXISTS;
	case CALLOUT_BAD:
		note(rq, &a, false);
		budget(rq, true);
		return RCPT_REFUSED;
	case CALLOUT_UNREACHABLE:
		return while_down(rq);
	default:
		return RCPT_NOT_SAID;
	}
}

/* In a session that mail could go over, or not at all. */
static void
call(struct rcpt_question *rq, bool catchall, struct callout_answer *a)
{
	struct inquiry *q = rq->q;

	*a = (struct callout_answer){.result = CALLOUT_UNREACHABLE};
	if (!inquiry_find_primary(q, rq->domain, rq->row, rq->deadline)) {
		strlcpy(a->reply, q->route.reason, sizeof a->reply);
		return;
	}
	callout_ask(&(struct callout){.libexec = q->conf->libexec,
			.helo = q->conf->hostname,
			.target = q->route.target,
			.ntarget = q->route.n,
			.authorities = q->conf->tls_authorities,
			.demand = &q->demand,
			.mailbox = rq->mailbox,
			.catchall = catchall,
			.deadline = rq->deadline},
	    a);
	demand_free(&q->demand, &q->route);
}

/* A thousand recipients must not wait for a slow primary one by one. */
static void
count_slow(struct inquiry *q, int64_t ms)
{
	if (ms >= SLOW_MS)
		q->slow_ms += ms;
}

/* Who was good once is not unknown, however long ago that was. */
static enum rcpt_answer
while_down(const struct rcpt_question *rq)
{
	return rq->known && rq->address.good ? RCPT_EXISTS : RCPT_UNKNOWN;
}

static bool
needs_catchall(const struct rcpt_question *rq)
{
	struct address a;

	return address_find(rq->state, ADDRESS_CATCHALL, rq->domain, &a) !=
	    ANSWER_YES ||
	    rq->now - a.asked > ADDRESS_REFRESH;
}

static void
note(struct rcpt_question *rq, const struct callout_answer *a, bool catchall)
{
	struct address said = {.good = a->result == CALLOUT_GOOD,
	    .asked = rq->now,
	    .down = rq->down};

	strlcpy(said.reply, a->reply, sizeof said.reply);
	if (catchall) {
		struct address all = said;

		all.good = a->takes_all;
		address_note(rq->state, ADDRESS_CATCHALL, rq->domain, &all);
	}
	if (!a->takes_all)
		address_note(rq->state, ADDRESS_RECIPIENT, rq->mailbox, &said);
}

/* A time that lies further ahead than any interval was left by a clock gone
 * wrong. */
static bool
is_believable(const struct rcpt_question *rq)
{
	return rq->primary.next_ask <= rq->now + ASK_MAX_WAIT;
}

/* To be asked again when the client has gone. */
static void
note_stale(struct rcpt_question *rq)
{
	struct inquiry *q = rq->q;

	if (q->nstale < STALE_MOST)
		strlcpy(q->stale[q->nstale++], rq->mailbox, sizeof q->stale[0]);
}

/* Dictionary attacks are kept away from the primary. */
static enum answer
budget(struct rcpt_question *rq, bool take)
{
	char network[NETWORK_LEN], name[NETWORK_LEN + 16];
	unsigned most = (unsigned)inquiry_number(
	    rq->q, "recipient_budget", RECIPIENT_BUDGET);

	inquiry_network(rq->client, network);
	snprintf(name, sizeof name, "unknown %s", network);
	return take
	    ? budget_take(rq->state, name, most, BUDGET_PERIOD, rq->now)
	    : budget_left(rq->state, name, most, BUDGET_PERIOD, rq->now);
}
