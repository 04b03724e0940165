/* SPDX-License-Identifier: ISC */
/* What is known of the host: is it listed, has it been here. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "address.h"
#include "inquiry.h"
#include "log.h"
#include "session.h"
#include "zoneoff.h"

enum { POOL_PERIOD = BUDGET_LONGEST };

struct zones { /* being read */
	struct inquiry *q;
	struct dnsbl_zone *zone;
	size_t n;
};

static void await_dns(struct inquiry *, const struct session *);
static bool add_zone(void *, const char *, const char *, int);
static long weigh(
    const struct dnsbl *, enum dnsbl_outcome, char zones[TOLD_LEN]);
static void turn_off_broken(struct inquiry *);
static struct greylist settings(struct inquiry *);

void
inquiry_ask_lists(struct inquiry *q)
{
	struct policy_db *p = disk_policy(q->disk);
	struct zones z = {q, q->peer->zone, 0};

	if (p != NULL && policy_zones(p, add_zone, &z) == ANSWER_YES)
		peer_ask_lists(q->peer, z.n);
}

enum answer
inquiry_named(void *ctx, const struct session *s)
{
	struct inquiry *q = ctx;

	await_dns(q, s);
	return s->client.named;
}

enum answer
inquiry_listed(void *ctx, const struct session *s, char zones[TOLD_LEN])
{
	struct inquiry *q = ctx;
	struct dnsbl *list = &q->peer->list;
	enum answer worst = ANSWER_NO;
	long sum;

	await_dns(q, s);
	if (!q->lists_told)
		turn_off_broken(q);
	q->lists_told = true;
	sum = weigh(list, DNSBL_LISTED, zones);
	if (sum >= inquiry_number(q, "dnsbl_threshold", 1))
		return ANSWER_YES;
	for (size_t i = 0; i < list->n; i++) {
		if (list->item[i].outcome >= DNSBL_UNAVAILABLE)
			worst = ANSWER_UNAVAILABLE;
	}
	if (worst == ANSWER_UNAVAILABLE)
		weigh(list, DNSBL_UNAVAILABLE, zones);
	return worst;
}

/*
 * A host is its network, or, where SPF vouches for its address, the domain
 * that does: so a pool passes at its second try whatever address it uses.  Who
 * is known by the network need not wait for SPF, nor for the DNS.
 */
enum answer
inquiry_known(void *ctx, const struct session *s, time_t *seconds)
{
	struct inquiry *q = ctx;
	struct state_db *state = disk_state(q->disk);
	struct greylist g = settings(q);
	char network[NETWORK_LEN], zones[TOLD_LEN], pool[POOL_LEN];
	time_t now = time(NULL), wait = 0;
	enum answer answer;

	if (state == NULL)
		return ANSWER_UNAVAILABLE;
	await_dns(q, s);
	if (s->client.named == ANSWER_YES &&
	    weigh(&q->peer->list, DNSBL_LISTED, zones) < 0)
		return ANSWER_YES;
	inquiry_network(&s->client.ip, network);
	answer = greylist_ask(state, &g, network, now, seconds);
	if (answer != ANSWER_NO || !inquiry_pool(q, s, pool))
		return answer;
	if (greylist_ask(state, &g, pool, now, &wait) == ANSWER_NO) {
		*seconds = wait < *seconds ? wait : *seconds;
		return ANSWER_NO;
	}
	if (budget_take(state, pool,
		(unsigned)inquiry_number(q, "greylist_pool", GREYLIST_POOL),
		POOL_PERIOD, now) != ANSWER_YES)
		return ANSWER_NO;
	greylist_note(state, network, now);
	return ANSWER_YES;
}

bool
inquiry_passed_lately(struct inquiry *q, const struct ip *ip)
{
	struct state_db *state = disk_state(q->disk);
	struct greylist g = settings(q);
	char network[NETWORK_LEN];

	inquiry_network(ip, network);
	return state != NULL &&
	    greylist_knows(state, &g, network, time(NULL)) == ANSWER_YES;
}

/* If that takes time, mx-spf may use it. */
static void
await_dns(struct inquiry *q, const struct session *s)
{
	peer_step(q->peer, -1, wire_now() + 1);
	if (q->peer->dns != NULL && s->rcpt != NULL &&
	    inquiry_wants(s, "spf", s->row.name))
		inquiry_spf_start(q, s);
	peer_finish(q->peer);
}

static bool
add_zone(void *ctx, const char *zone, const char *codes, int weight)
{
	struct zones *z = ctx;
	struct state_db *state = disk_state(z->q->disk);
	struct dnsbl_zone *out = &z->zone[z->n];

	if (state != NULL &&
	    zoneoff_find(state, zone, time(NULL)) == ANSWER_YES)
		return true;
	if (!dnsbl_codes_valid(codes)) {
		log_event(LOG_L_ERROR, "dnsbl-codes", "zone", zone, "codes",
		    codes, NULL);
		return true;
	}
	strlcpy(out->zone, zone, sizeof out->zone);
	strlcpy(out->codes, codes, sizeof out->codes);
	out->weight = weight;
	return ++z->n < DNSBL_ZONES;
}

/* Sums up the zones with OUTCOME and names those that speak against it. */
static long
weigh(
    const struct dnsbl *list, enum dnsbl_outcome outcome, char zones[TOLD_LEN])
{
	long sum = 0;

	zones[0] = '\0';
	for (size_t i = 0; i < list->n; i++) {
		const struct dnsbl_zone *z = list->item[i].zone;

		if (list->item[i].outcome != outcome)
			continue;
		sum += z->weight;
		if (z->weight < 0)
			continue;
		if (zones[0] != '\0')
			strlcat(zones, ", ", TOLD_LEN);
		strlcat(zones, z->zone, TOLD_LEN);
	}
	return sum;
}

/* A list that lists everybody must not stop the world's mail. */
static void
turn_off_broken(struct inquiry *q)
{
	const struct dnsbl *list = &q->peer->list;

	for (size_t i = 0; i < list->n; i++) {
		const char *zone = list->item[i].zone->zone;

		if (list->item[i].outcome != DNSBL_BROKEN)
			continue;
		log_event(LOG_L_ERROR, "dnsbl-broken", "zone", zone, "reason",
		    "it lists 127.0.0.1 or refuses our resolver; it is left "
		    "out for an hour",
		    NULL);
		if (disk_state(q->disk) != NULL)
			zoneoff_put(disk_state(q->disk), zone,
			    "it lists 127.0.0.1 or refuses our resolver",
			    time(NULL));
	}
}

static struct greylist
settings(struct inquiry *q)
{
	return (struct greylist){
	    inquiry_number(q, "greylist_delay", GREYLIST_DELAY),
	    inquiry_number(q, "greylist_window", GREYLIST_WINDOW),
	    inquiry_number(q, "greylist_white", GREYLIST_WHITE)};
}

void
inquiry_network(const struct ip *ip, char out[NETWORK_LEN])
{
	unsigned bits = ip->family == AF_INET6 ? 64 : 24;
	struct ip network = *ip;
	char text[IP_TEXT];

	ip_mask(&network, bits);
	ip_format(&network, text);
	snprintf(out, NETWORK_LEN, "%s/%u", text, bits);
}
