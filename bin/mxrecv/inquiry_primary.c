/* SPDX-License-Identifier: ISC */
/*
 * What a domain's settings and the state of its primary say of its mail: taken
 * here or to go there, how much may wait, who may ask for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "callout.h"
#include "dns.h"
#include "inquiry.h"
#include "insist.h"
#include "log.h"
#include "primaries.h"
#include "session.h"
#include "usage.h"
#include "wire.h"

enum { UP_HOLDS = 300, MIB = 1 << 20, ETRN_MS = 10000 };

static bool is_up(struct inquiry *, const struct session *);
static uint64_t own_number(
    struct inquiry *, const struct session *, const char *name);
static bool is_own_exchanger(
    struct inquiry *, const struct session *, const struct domain_row *);
static bool is_own_certificate(
    struct inquiry *, const struct session *, const struct domain_row *);
static bool find_exchangers(struct inquiry *, const struct domain_row *);

enum answer
inquiry_elsewhere(void *ctx, const struct session *s)
{
	struct inquiry *q = ctx;
	struct policy_db *p = disk_policy(q->disk);
	char mode[SETTING_LEN], key[NETWORK_LEN + 2 * MAILBOX_LEN + 3];
	char network[NETWORK_LEN];

	if (p == NULL || disk_state(q->disk) == NULL ||
	    policy_setting(p, "when_up", s->row.name, mode) != ANSWER_YES ||
	    strcmp(mode, "defer") != 0 || !is_up(q, s))
		return ANSWER_NO;
	inquiry_network(&s->client.ip, network);
	snprintf(key, sizeof key, "%s %s %s", network, s->mail.sender.mailbox,
	    s->rcpt->mailbox);
	return insist_try(disk_state(q->disk), key, time(NULL)) == ANSWER_NO
	    ? ANSWER_YES
	    : ANSWER_NO;
}

enum answer
inquiry_room(void *ctx, const struct session *s)
{
	struct inquiry *q = ctx;
	uint64_t messages = own_number(q, s, "quota_messages");
	uint64_t octets = own_number(q, s, "quota_mb") * MIB;
	struct state_db *state = disk_state(q->disk);
	struct usage u;

	if ((messages == 0 && octets == 0) || state == NULL)
		return ANSWER_YES;
	if (usage_find(state, path_domain(s->rcpt), &u) == ANSWER_UNAVAILABLE)
		return ANSWER_UNAVAILABLE;
	return (messages != 0 && u.messages + 1 > messages) ||
		(octets != 0 && u.octets + s->mail.params.size > octets)
	    ? ANSWER_NO
	    : ANSWER_YES;
}

enum answer
inquiry_may_etrn(
    void *ctx, const struct session *s, const struct domain_row *row)
{
	struct inquiry *q = ctx;
	struct policy_db *p = disk_policy(q->disk);
	char who[SETTING_LEN];
	enum verdict verdict;

	if (p == NULL)
		return ANSWER_UNAVAILABLE;
	if (policy_setting(p, "etrn", row->name, who) != ANSWER_YES ||
	    strcmp(who, "anyone") == 0)
		return ANSWER_YES;
	/* who is listed as welcome may where any restriction stands */
	if (policy_client(p, &s->client.ip, &verdict) == ANSWER_YES &&
	    verdict == VERDICT_OFF)
		return ANSWER_YES;
	if (strcmp(who, "mx") == 0)
		return is_own_exchanger(q, s, row) ? ANSWER_YES : ANSWER_NO;
	return is_own_certificate(q, s, row) ? ANSWER_YES : ANSWER_NO;
}

void
inquiry_heard(struct inquiry *q, const char *domain, struct primary *p,
    const struct callout_answer *a)
{
	struct policy_db *policy = disk_policy(q->disk);
	bool reached = a->result != CALLOUT_UNREACHABLE;
	struct backoff backoff = {.n = 0};
	time_t now = time(NULL);

	if (reached && p->health.state == PRIMARY_UP &&
	    now - p->last_attempt < PRIMARY_FRESH)
		return;
	if (!reached && policy != NULL)
		policy_backoff(policy, &backoff);
	if (primary_hear(p,
		&(struct news){reached ? HEALTH_REACHED : HEALTH_FAILED, now,
		    a->host, a->reply, &backoff}))
		log_event(LOG_L_INFO, "primary", "domain", domain, "state",
		    health_name(p->health.state), "host", a->host, "reason",
		    a->reply, NULL);
	state_primary_put(disk_state(q->disk), domain, p);
}

/* Known, and not only from long ago. */
static bool
is_up(struct inquiry *q, const struct session *s)
{
	struct state_db *state = disk_state(q->disk);
	const char *domain = path_domain(s->rcpt);
	time_t now = time(NULL);
	struct primary p;

	state_primary(state, domain, &p);
	if (primary_is_away(&p) && p.next_ask > now)
		return false;
	if (p.health.state != PRIMARY_UP || p.last_attempt > now ||
	    now - p.last_attempt > UP_HOLDS) {
		inquiry_ask_primary(q, s, s->rcpt->mailbox, &s->row);
		state_primary(state, domain, &p);
	}
	return p.health.state == PRIMARY_UP;
}

static uint64_t
own_number(struct inquiry *q, const struct session *s, const char *name)
{
	struct policy_db *p = disk_policy(q->disk);
	char text[SETTING_LEN];

	if (p == NULL ||
	    policy_setting(p, name, s->row.name, text) != ANSWER_YES)
		return 0;
	return strtoull(text, NULL, 10);
}

/* One of the hosts that its mail goes to. */
static bool
is_own_exchanger(
    struct inquiry *q, const struct session *s, const struct domain_row *row)
{
	bool found = false;

	if (!find_exchangers(q, row))
		return false;
	for (size_t i = 0; i < q->route.n; i++)
		found |= ip_equal(&q->route.target[i].ip, &s->client.ip);
	return found;
}

/* Verified, and for the domain itself or for one of those hosts. */
static bool
is_own_certificate(
    struct inquiry *q, const struct session *s, const struct domain_row *row)
{
	bool found = tls_peer_is(&s->tls, row->name);

	if (found || s->tls.verified == TLS_UNVERIFIED ||
	    !find_exchangers(q, row))
		return found;
	for (size_t i = 0; i < q->route.n; i++)
		found |= tls_peer_is(&s->tls, q->route.target[i].host);
	return found;
}

static bool
find_exchangers(struct inquiry *q, const struct domain_row *row)
{
	const struct route_question question = {.domain = row->name,
	    .handled = true,
	    .row = row->route,
	    .deadline = wire_now() + ETRN_MS};
	struct dns *dns = dns_new(q->conf);
	bool found = dns != NULL &&
	    route_find(dns, q->conf, &question, &q->route) == ROUTE_FOUND;

	dns_free(dns);
	return found;
}
