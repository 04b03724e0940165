/* SPDX-License-Identifier: ISC */
/*
 * The session to the primary, and what its absence means: the domain has one
 * due time while its primary is down, whatever the number of messages.
 *
 * Where TLS is what it lacks, as its DNS or its MTA-STS policy demands it, mail
 * with "TLS-Required: No" goes all the same (RFC 8689 4.2.2), once a session as
 * it has to be was tried for.  Such a session says nothing about the primary:
 * for all other mail that is down.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "deliver.h"
#include "log.h"
#include "outbound.h"
#include "outcome.h"
#include "wire.h"

enum { SECOND = 1000, LOOKUPS_MS = 60 * SECOND };

struct heard_now {
	enum health_event event;
	const char *host, *reply;
};

static bool find_route(struct lane *);
static struct tally_tls *tally_of(struct lane *);
static void make_demands(struct lane *);
static void tell(void *, const struct demand_failure *);
static bool is_fit(struct lane *);
static bool start(struct lane *);
static bool is_stale(const struct lane *);
static void not_opened(struct lane *);
static bool is_about_tls(const struct lane *);
static void not_as_demanded(
    struct delivery *, const char *host, const char *reason);
static void tell_connected(struct delivery *);
static void primary_is_up(struct delivery *, const char *host);
static bool hear(struct delivery *, const struct heard_now *);

bool
connect_begin(struct lane *l)
{
	struct delivery *d = l->d;
	const struct route *r;

	if (connect_is_down(l))
		return false;
	if (d->waived.n == 0 && !find_route(l))
		return false;
	l->waived = d->down;
	r = l->waived ? &d->waived : &d->route;
	if (!is_fit(l) || !start(l))
		return false;
	l->state = LANE_OPENING;
	l->asked = wire_now();
	l->deadline = l->asked +
	    ((int64_t)r->n * WAIT_CONNECT + WAIT_GREETING + 2 * WAIT_COMMAND) *
		SECOND;
	l->server.host[0] = '\0';
	sender_identity(l->sender, d->job->identity);
	sender_authorities(l->sender, d->run->conf->tls_authorities);
	sender_requiretls(l->sender, l->sure);
	if (sender_ask_open(l->sender, d->run->conf->hostname, r->target, r->n,
		l->deadline) == -1)
		l->deadline = l->asked; /* who was not asked does not answer */
	return true;
}

bool
connect_hear(struct lane *l)
{
	struct delivery *d = l->d;
	const struct demand *demand = l->waived ? NULL : &d->demand;
	bool opened;

	opened = sender_hear_open(l->sender, l->deadline, &l->server) == 0 &&
	    l->server.status == SEND_IS_OPEN;
	outbound_opened(tally_of(l), d->job, demand, &l->server);
	if (opened && !is_stale(l) &&
	    (demand == NULL || demand_check(demand, &l->server))) {
		if (l->waived)
			tell_connected(d);
		else
			primary_is_up(d, l->server.host);
		l->state = LANE_IDLE;
		return true;
	}
	disconnect(l);
	l->unmet = l->sure && outbound_is_unmet(&l->server.reply);
	if (!l->unmet)
		not_opened(l);
	return false;
}

bool
connect_is_down(const struct lane *l)
{
	const struct delivery *d = l->d;

	return d->no_such || d->away ||
	    (d->down && l->message.envelope->tls != TLS_OPTIONAL);
}

void
disconnect(struct lane *l)
{
	if (!kept_rest(l->d->kept, l->sender))
		sender_stop(l->sender);
	l->sender = NULL;
	l->state = LANE_CLOSED;
}

void
disconnect_begin(struct lane *l)
{
	if (!kept_rest(l->d->kept, l->sender)) {
		sender_leave(l->sender);
		return;
	}
	l->sender = NULL;
	l->state = LANE_CLOSED;
}

void
primary_is_down(struct delivery *d, const char *host, const char *reason)
{
	hear(d, &(struct heard_now){HEALTH_FAILED, host, reason});
	strlcpy(d->reason, reason, sizeof d->reason);
	d->down = d->away = true;
	log_event(LOG_L_INFO, "primary-down", "domain", d->job->domain, "host",
	    host, "reason", reason, "state",
	    health_name(d->primary.health.state), NULL);
}

void
primary_has_settled(struct delivery *d)
{
	if (d->down || !d->report->heard.reached || d->doubt.since != 0)
		return;
	if (hear(d, &(struct heard_now){HEALTH_SETTLED, d->primary.host, ""}))
		log_event(LOG_L_INFO, "primary-up", "domain", d->job->domain,
		    "host", d->primary.host, "state",
		    health_name(d->primary.health.state), NULL);
}

static bool
find_route(struct lane *l)
{
	struct delivery *d = l->d;
	const struct job *j = d->job;
	const struct route_question q = {.domain = j->domain,
	    .handled = j->handled,
	    .row = j->row.route,
	    .deadline = wire_now() + LOOKUPS_MS};

	if (d->dns == NULL && (d->dns = kept_dns(d->kept)) == NULL) {
		primary_is_down(d, "", "the resolver can not be set up");
		return false;
	}
	switch (route_find(d->dns, d->run->conf, &q, &d->route)) {
	case ROUTE_FOUND:
		d->waived = d->route;
		demand_waive(j->tls, &d->waived);
		make_demands(l);
		return !connect_is_down(l);
	case ROUTE_PERMANENT:
		d->no_such = true;
		snprintf(d->reason, sizeof d->reason, "550 5.1.2 %s",
		    d->route.reason);
		return false;
	default:
		primary_is_down(d, "", d->route.reason);
		return false;
	}
}

/* What only this message demands, or waives, is nothing to report; nor is a
 * report (RFC 8460 5.3), or there would be one each day for ever. */
static struct tally_tls *
tally_of(struct lane *l)
{
	const struct envelope *e = l->message.envelope;

	return l->waived || outbound_is_choosy(e) || outbound_is_report(e)
	    ? NULL
	    : &l->d->tally;
}

/* Whatever the hosts can do, the DNS, or an MTA-STS policy, has to be believed
 * that they are those of the domain (RFC 8689 4.2.1). */
static bool
is_fit(struct lane *l)
{
	const struct delivery *d = l->d;

	l->sure = outbound_is_choosy(l->message.envelope);
	l->unmet = l->sure && !outbound_is_sure(&d->route, &d->demand);
	if (!l->unmet)
		return true;
	l->server = (struct send_answer){.status = SEND_TEMPORARY};
	reply_set(&l->server.reply, 450, "4.7.10",
	    "Encryption needed (REQUIRETLS): nobody vouches for the MX hosts "
	    "of %s",
	    d->job->domain);
	return false;
}

static void
make_demands(struct lane *l)
{
	struct delivery *d = l->d;
	const struct demand_question q = {.conf = d->run->conf,
	    .domain = d->job->domain,
	    .wish = d->job->tls,
	    .dns = d->dns,
	    .deadline = wire_now() + LOOKUPS_MS,
	    .tell = tell,
	    .ctx = l};

	if (!demand_make(&d->demand, &q, &d->route))
		not_as_demanded(d, "", d->route.reason);
}

/* What keeps a target, or a policy, from being of use. */
static void
tell(void *ctx, const struct demand_failure *f)
{
	struct lane *l = ctx;

	outbound_result(tally_of(l),
	    &(struct tls_result){.domain = l->d->job->domain,
		.basis = f->basis,
		.host = f->host,
		.failure = f->type,
		.why = f->why});
}

static bool
start(struct lane *l)
{
	struct delivery *d = l->d;

	if ((l->sender = kept_sender(d->kept)) != NULL)
		return true;
	log_event(LOG_L_ERROR, "no-helper", "path", d->run->conf->libexec,
	    "error", strerror(errno), NULL);
	d->report->trouble = true;
	if (lanes_in(d, LANE_CLOSED) == LANES_MAX)
		primary_is_down(d, "", "mx-send can not be started");
	return false;
}

/* The primary was given up for what it was asked for meanwhile. */
static bool
is_stale(const struct lane *l)
{
	return l->waived ? l->d->away : l->d->down;
}

static void
not_opened(struct lane *l)
{
	struct delivery *d = l->d;
	unsigned others = lanes_in(d, LANE_IDLE) + lanes_in(d, LANE_BUSY);
	char reason[OUTCOME_TEXT];

	outcome_text(&l->server.reply, reason);
	if (*reason == '\0')
		strlcpy(reason, "mx-send gave no answer", sizeof reason);
	if (others > 0)
		pace_refuse(&d->pace, others);
	else if (is_stale(l))
		return;
	else if (is_about_tls(l))
		not_as_demanded(d, l->server.host, reason);
	else
		primary_is_down(d, l->server.host, reason);
}

/* A host failed at TLS, or was not to be used for the lack of it. */
static bool
is_about_tls(const struct lane *l)
{
	return !l->waived &&
	    (l->server.nfailed > 0 || *l->server.tls.failure != '\0' ||
		l->d->route.n < l->d->waived.n);
}

/* Down, but not for who does not care, if it is the domain that demands. */
static void
not_as_demanded(struct delivery *d, const char *host, const char *reason)
{
	primary_is_down(d, host, reason);
	d->away = !d->demand.published;
}

static void
primary_is_up(struct delivery *d, const char *host)
{
	if (hear(d, &(struct heard_now){HEALTH_REACHED, host, ""}))
		log_event(LOG_L_INFO, "primary-up", "domain", d->job->domain,
		    "host", host, "state", health_name(d->primary.health.state),
		    NULL);
	tell_connected(d);
}

static void
tell_connected(struct delivery *d)
{
	if (d->report->connected)
		return;
	d->report->connected = true;
	report_tell(d->fd, d->report);
}

/* Known here at once, and to the others by the report. */
static bool
hear(struct delivery *d, const struct heard_now *now)
{
	struct heard *h = &d->report->heard;
	char host[sizeof h->host];

	strlcpy(host, now->host, sizeof host);
	h->reached |= now->event == HEALTH_REACHED;
	h->settled |= now->event == HEALTH_SETTLED;
	h->failed |= now->event == HEALTH_FAILED;
	h->at = time(NULL);
	strlcpy(h->host, host, sizeof h->host);
	strlcpy(h->reply, now->reply, sizeof h->reply);
	return primary_hear(&d->primary,
	    &(struct news){
		now->event, h->at, h->host, h->reply, &d->run->backoff});
}
