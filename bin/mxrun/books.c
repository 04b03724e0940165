/* SPDX-License-Identifier: ISC */
#include "books.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "address.h"
#include "decision.h"
#include "greylist.h"
#include "insist.h"
#include "log.h"
#include "outbound.h"
#include "stscache.h"
#include "tlsrpt_rows.h"

enum { PRUNE_EVERY = 3600 };

static void look_up_limits(struct books *, struct job *);
static void note_doubt(
    struct books *, const char *domain, const struct report *);
static void hear(struct books *, struct primary *, const struct heard *);
static time_t setting(struct books *, const char *, time_t);
static bool policy(struct books *);
static bool state(struct books *);

void
books_init(
    struct books *b, const struct conf *conf, const struct backoff *backoff)
{
	memset(b, 0, sizeof *b);
	b->conf = conf;
	b->backoff = backoff;
}

void
books_close(struct books *b)
{
	policy_db_close(b->policy);
	state_db_close(b->state);
	b->policy = NULL;
	b->state = NULL;
}

bool
books_look_up(struct books *b, struct job *j)
{
	enum answer handled;

	if (!policy(b))
		return false;
	handled = policy_domain(b->policy, j->domain, &j->row);
	if (handled == ANSWER_UNAVAILABLE) {
		log_event(LOG_L_ERROR, "no-policy", "domain", j->domain, NULL);
		return false;
	}
	j->handled = handled == ANSWER_YES;
	if (!outbound_look_up(b->policy, j)) {
		log_event(LOG_L_ERROR, "no-policy", "domain", j->domain, NULL);
		return false;
	}
	look_up_limits(b, j);
	memset(&j->primary, 0, sizeof j->primary);
	j->walk.dir_mtime_ns = 0;
	memset(&j->usage, 0, sizeof j->usage);
	if (!state(b))
		return true;
	usage_find(b->state, j->domain, &j->usage);
	state_primary(b->state, j->domain, &j->primary);
	if (state_walk(b->state, j->domain, &j->walk) != ANSWER_YES)
		j->walk.dir_mtime_ns = 0;
	return true;
}

unsigned
books_rank(struct books *b, const char *domain)
{
	static const unsigned rank[PRIMARY_STATES] = {[PRIMARY_RETURNING] = 0,
	    [PRIMARY_UP] = 1,
	    [PRIMARY_UNKNOWN] = 2,
	    [PRIMARY_SUSPECT] = 3,
	    [PRIMARY_DOWN] = 4};
	struct primary p;

	if (!state(b))
		return rank[PRIMARY_UNKNOWN];
	state_primary(b->state, domain, &p);
	return rank[p.health.state];
}

bool
books_backoff(struct books *b, struct backoff *out)
{
	out->n = 0;
	return policy(b) && policy_backoff(b->policy, out) == ANSWER_YES;
}

void
books_note_etrn(struct books *b, const char *domain)
{
	if (state(b))
		state_etrn_put(b->state, domain, time(NULL));
}

/* What was heard is applied to what stands there now: others, too, note. */
void
books_note(struct books *b, const char *domain, const struct report *r)
{
	const struct heard *h = &r->heard;
	struct primary p;

	if (!state(b) || state_begin(b->state) == -1)
		return;
	if (h->reached || h->settled || h->failed) {
		state_primary(b->state, domain, &p);
		hear(b, &p, h);
		state_primary_put(b->state, domain, &p);
	}
	if (r->doubt != DOUBT_SAME)
		note_doubt(b, domain, r);
	if (r->counted) {
		usage_put(b->state, domain, &r->usage);
		sums_put(b->state, domain, &r->sums);
	}
	if (r->walked)
		state_walk_put(b->state, domain, &r->walk);
	state_commit(b->state);
}

void
books_trim(struct books *b)
{
	if (b->state != NULL)
		state_db_trim(b->state);
}

/* Once an hour, whoever comes first. */
void
books_prune(struct books *b)
{
	time_t now = time(NULL);

	if (!state(b) || !policy(b) ||
	    budget_take(b->state, "prune", 1, PRUNE_EVERY, now) != ANSWER_YES)
		return;
	if (decision_prune(b->state,
		now - setting(b, "decisions_keep", DECISIONS_KEEP)) == -1 ||
	    repeat_prune(b->state,
		now - setting(b, "repeat_memory", REPEAT_MEMORY)) == -1 ||
	    address_prune(b->state, now) == -1 ||
	    insist_prune(b->state, now) == -1 ||
	    stscache_prune(b->state, now) == -1 ||
	    tlsrpt_prune(b->state, now) == -1 ||
	    greylist_prune(b->state,
		&(struct greylist){
		    .window = setting(b, "greylist_window", GREYLIST_WINDOW),
		    .white = setting(b, "greylist_white", GREYLIST_WHITE)},
		now) == -1)
		log_event(LOG_L_ERROR, "state-not-pruned", "file",
		    b->conf->state, NULL);
}

static void
note_doubt(struct books *b, const char *domain, const struct report *r)
{
	struct primary p;

	state_primary(b->state, domain, &p);
	p.doubt = r->doubt == DOUBT_BEGUN ? time(NULL) : 0;
	strlcpy(p.doubt_why, r->doubt == DOUBT_BEGUN ? r->doubt_why : "",
	    sizeof p.doubt_why);
	state_primary_put(b->state, domain, &p);
}

static void
hear(struct books *b, struct primary *p, const struct heard *h)
{
	const bool came[HEALTH_EVENTS] = {[HEALTH_REACHED] = h->reached,
	    [HEALTH_SETTLED] = h->settled,
	    [HEALTH_FAILED] = h->failed};
	static const enum health_event order[] = {
	    HEALTH_REACHED, HEALTH_SETTLED, HEALTH_FAILED};

	for (unsigned i = 0; i < sizeof order / sizeof *order; i++) {
		if (came[order[i]])
			primary_hear(p,
			    &(struct news){order[i], h->at, h->host, h->reply,
				b->backoff});
	}
}

time_t
books_number(
    struct books *b, const char *domain, const char *name, time_t fallback)
{
	char text[SETTING_LEN];

	if (policy_setting(b->policy, name, domain, text) != ANSWER_YES)
		return fallback;
	return (time_t)strtol(text, NULL, 10);
}

bool
books_are_open(struct books *b)
{
	return policy(b) && state(b);
}

static void
look_up_limits(struct books *b, struct job *j)
{
	const char *row = j->handled ? j->row.name : NULL;
	time_t most = books_number(b, row, "connections", CONNECTIONS);

	j->connections = most > LANES_MAX ? LANES_MAX : (unsigned)most;
	j->delay_notice =
	    j->handled && books_number(b, row, "delay_notice", 1) != 0;
	j->tlsrpt = books_number(b, NULL, "tlsrpt", 1) != 0;
	j->rate = (unsigned)books_number(b, row, "rate", 0);
	j->dsn_limit = (unsigned)books_number(b, NULL, "dsn_limit", DSN_LIMIT);
	j->settle_wait = books_number(b, row, "settle_wait", SETTLE_WAIT);
}

static time_t
setting(struct books *b, const char *name, time_t fallback)
{
	return books_number(b, NULL, name, fallback);
}

static bool
policy(struct books *b)
{
	char err[DB_ERROR];

	if (b->policy != NULL)
		return true;
	if ((b->policy = policy_db_open(b->conf->policy, err)) == NULL)
		log_event(LOG_L_ERROR, "no-policy", "error", err, NULL);
	return b->policy != NULL;
}

/* Hints only: without them a run does more, not less. */
static bool
state(struct books *b)
{
	char err[DB_ERROR];

	if (b->state != NULL || b->state_bad)
		return b->state != NULL;
	if ((b->state = state_db_open(b->conf->state, err)) == NULL) {
		b->state_bad = true;
		log_event(LOG_L_ERROR, "no-state", "error", err, NULL);
	}
	return b->state != NULL;
}
