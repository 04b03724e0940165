/* SPDX-License-Identifier: ISC */
/*
 * ETRN (RFC 1985): the primary, or anyone, asks for a domain's mail now.
 *
 *	C: ETRN @example.com
 *	S: 253 2.0.0 OK, 14 pending messages for node @example.com started
 *
 * Nothing is run from here: a flag is left in the spool.
 */
#include <string.h>

#include "domain.h"
#include "verbs.h"

static void say(
    enum etrn_outcome, const char *node, long count, struct reply *);

enum next
verb_etrn(struct session *s, const char *arg, size_t n, struct reply *r)
{
	char domain[DOMAIN_LEN + 1], node[DOMAIN_LEN + 2];
	struct domain_row row;
	enum etrn_outcome outcome = ETRN_UNAVAILABLE;
	enum answer handled;
	long count = -1;
	bool below = *arg == '@';

	if (n == 0) {
		reply_set(r, 500, "5.5.4", "Syntax: ETRN domain");
		return NEXT_LINE;
	}
	if (*arg == '@' || *arg == '#') {
		arg++;
		n--;
	}
	if (!domain_normal(arg, n, domain) || !domain_is_qualified(domain)) {
		reply_set(r, 501, "5.5.4", "Not a domain name");
		return NEXT_LINE;
	}
	strlcpy(node, below ? "@" : "", sizeof node);
	strlcat(node, domain, sizeof node);
	handled = s->store->domain(s->store->ctx, domain, &row);
	if (handled == ANSWER_YES && s->oracle != NULL) {
		handled = s->oracle->may_etrn(s->oracle->ctx, s, &row);
		if (handled == ANSWER_UNAVAILABLE)
			handled = ANSWER_NO;
	}
	if (handled == ANSWER_NO) {
		reply_set(r, 459, "4.7.1",
		    "Node %s not allowed: not served here, or not for you",
		    node);
		return NEXT_LINE;
	}
	if (handled == ANSWER_YES)
		outcome = s->store->etrn(s->store->ctx, domain, below, &count);
	say(outcome, node, count, r);
	return NEXT_LINE;
}

static void
say(enum etrn_outcome outcome, const char *node, long count, struct reply *r)
{
	if (outcome == ETRN_NONE)
		reply_set(r, 251, "2.0.0",
		    "OK, no messages waiting for node %s", node);
	else if (outcome == ETRN_PENDING)
		reply_set(r, 252, "2.0.0",
		    "OK, pending messages for node %s started", node);
	else if (outcome == ETRN_TOO_SOON)
		reply_set(r, 458, "4.3.0",
		    "Unable to queue messages for node %s: a run began less "
		    "than %d seconds ago",
		    node, ETRN_INTERVAL);
	else if (outcome == ETRN_UNAVAILABLE)
		reply_set(r, 458, "4.3.0",
		    "Unable to queue messages for node %s: try again later",
		    node);
	else if (count < 0)
		reply_set(
		    r, 250, "2.0.0", "OK, queuing for node %s started", node);
	else
		reply_set(r, 253, "2.0.0",
		    "OK, %ld pending messages for node %s started", count,
		    node);
}
