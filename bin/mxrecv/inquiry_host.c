/* SPDX-License-Identifier: ISC */
/* What is known of the host: is it listed, has it been here. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "inquiry.h"
#include "session.h"

static struct greylist settings(struct inquiry *);

/* Until the last line of the greeting, or long after it. */
enum answer
inquiry_listed(void *ctx, const struct session *s, char zones[TOLD_LEN])
{
	(void)ctx;
	(void)s;
	zones[0] = '\0';
	return ANSWER_NO;
}

/*
 * A host is its network, or, where SPF vouches for its address, the domain
 * that does: so a pool passes at its second try whatever address it uses.
 */
enum answer
inquiry_known(void *ctx, const struct session *s, time_t *seconds)
{
	struct inquiry *q = ctx;
	struct state_db *state = disk_state(q->disk);
	struct greylist g = settings(q);
	char network[NETWORK_LEN];
	time_t now = time(NULL);

	if (state == NULL)
		return ANSWER_UNAVAILABLE;
	inquiry_network(&s->client.ip, network);
	return greylist_ask(state, &g, network, now, seconds);
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
