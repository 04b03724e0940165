/* SPDX-License-Identifier: ISC */
/*
 * The session to the primary, and what its absence means: the domain has one
 * due time while its primary is down, whatever the number of messages.
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

static bool find_route(struct delivery *);
static bool open_session(struct delivery *);
static void primary_is_up(struct delivery *);
static bool hear(struct delivery *, enum health_event, const char *reason);

bool
connect_primary(struct delivery *d)
{
	if (d->down || d->no_such)
		return false;
	if (d->sender != NULL)
		return true;
	return (d->route.n > 0 || find_route(d)) && open_session(d);
}

void
disconnect(struct delivery *d)
{
	sender_stop(d->sender);
	d->sender = NULL;
}

void
primary_is_down(struct delivery *d, const char *reason)
{
	hear(d, HEALTH_FAILED, reason);
	strlcpy(d->reason, reason, sizeof d->reason);
	d->down = true;
	log_event(LOG_L_INFO, "primary-down", "domain", d->job->domain, "host",
	    d->server.host, "reason", reason, "state",
	    health_name(d->primary.health.state), NULL);
}

void
primary_has_settled(struct delivery *d)
{
	if (d->down || !d->report->heard.reached)
		return;
	if (hear(d, HEALTH_SETTLED, ""))
		log_event(LOG_L_INFO, "primary-up", "domain", d->job->domain,
		    "host", d->server.host, "state",
		    health_name(d->primary.health.state), NULL);
}

static bool
find_route(struct delivery *d)
{
	const struct job *j = d->job;
	const struct route_question q = {.domain = j->domain,
	    .handled = j->handled,
	    .row = j->row.route,
	    .deadline = wire_now() + LOOKUPS_MS};

	if (d->dns == NULL && (d->dns = dns_new(d->run->conf)) == NULL) {
		primary_is_down(d, "the resolver can not be set up");
		return false;
	}
	switch (route_find(d->dns, d->run->conf, &q, &d->route)) {
	case ROUTE_FOUND:
		outbound_demand(j, &d->route);
		return true;
	case ROUTE_PERMANENT:
		d->no_such = true;
		snprintf(d->reason, sizeof d->reason, "550 5.1.2 %s",
		    d->route.reason);
		return false;
	default:
		primary_is_down(d, d->route.reason);
		return false;
	}
}

static bool
open_session(struct delivery *d)
{
	const struct route *r = &d->route;
	int64_t deadline = wire_now() +
	    ((int64_t)r->n * WAIT_CONNECT + WAIT_GREETING + 2 * WAIT_COMMAND) *
		SECOND;
	char reason[OUTCOME_TEXT];
	bool opened;

	d->server.host[0] = '\0';
	if ((d->sender = sender_start(d->run->conf->libexec)) == NULL) {
		log_event(LOG_L_ERROR, "no-helper", "path",
		    d->run->conf->libexec, "error", strerror(errno), NULL);
		d->report->trouble = true;
		primary_is_down(d, "mx-send can not be started");
		return false;
	}
	sender_identity(d->sender, d->job->identity);
	sender_authorities(d->sender, d->run->conf->tls_authorities);
	opened = sender_open(d->sender, d->run->conf->hostname, r->target, r->n,
		     deadline, &d->server) == 0 &&
	    d->server.status == SEND_IS_OPEN;
	outbound_log(d->job, &d->server);
	if (opened) {
		primary_is_up(d);
		return true;
	}
	outcome_text(&d->server.reply, reason);
	disconnect(d);
	primary_is_down(d, reason[0] ? reason : "mx-send gave no answer");
	return false;
}

static void
primary_is_up(struct delivery *d)
{
	if (hear(d, HEALTH_REACHED, ""))
		log_event(LOG_L_INFO, "primary-up", "domain", d->job->domain,
		    "host", d->server.host, "state",
		    health_name(d->primary.health.state), NULL);
}

/* Known here at once, and to the others by the report. */
static bool
hear(struct delivery *d, enum health_event event, const char *reason)
{
	struct heard *h = &d->report->heard;

	h->reached |= event == HEALTH_REACHED;
	h->settled |= event == HEALTH_SETTLED;
	h->failed |= event == HEALTH_FAILED;
	h->at = time(NULL);
	strlcpy(h->host, d->server.host, sizeof h->host);
	strlcpy(h->reply, reason, sizeof h->reply);
	return primary_hear(&d->primary,
	    &(struct news){event, h->at, h->host, h->reply, &d->run->backoff});
}
