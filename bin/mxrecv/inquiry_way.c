/* SPDX-License-Identifier: ISC */
/*
 * The way to a primary, as mxrun(8) would take it; but a client waits, so that
 * no MTA-STS policy is fetched, and those that mxrun has fetched are kept to.
 * Nothing is waived: whether the message will have "TLS-Required: No" is not
 * known at RCPT (RFC 8689 3).  Where that would matter the primary is not
 * there, the message is kept, and mxrun heeds the field.
 */
#include <string.h>

#include "inquiry.h"

static bool find_route(
    struct inquiry *, struct dns *, const struct route_question *);
static bool find_wish(
    struct inquiry *, const struct domain_row *, enum tls_wish *);

bool
inquiry_find_primary(struct inquiry *q, const char *domain,
    const struct domain_row *row, int64_t deadline)
{
	const struct route_question rq = {.domain = domain,
	    .handled = true,
	    .row = row->route,
	    .deadline = deadline};
	struct demand_question dq = {.conf = q->conf,
	    .domain = domain,
	    .dns = dns_new(q->conf),
	    .deadline = deadline,
	    .known = disk_state(q->disk)};
	bool found = find_route(q, dq.dns, &rq) && dq.known != NULL &&
	    find_wish(q, row, &dq.wish) &&
	    demand_make(&q->demand, &dq, &q->route);

	dns_free(dq.dns);
	return found;
}

static bool
find_route(struct inquiry *q, struct dns *dns, const struct route_question *rq)
{
	struct route *r = &q->route;

	strlcpy(r->reason, "the resolver can not be set up", sizeof r->reason);
	if (dns == NULL || route_find(dns, q->conf, rq, r) != ROUTE_FOUND)
		return false;
	strlcpy(r->reason, "its settings can not be read", sizeof r->reason);
	return true;
}

static bool
find_wish(struct inquiry *q, const struct domain_row *row, enum tls_wish *out)
{
	struct policy_db *p = disk_policy(q->disk);
	char text[SETTING_LEN];

	*out = WISH_MAY;
	if (p == NULL)
		return false;
	switch (policy_setting(p, "tls", row->name, text)) {
	case ANSWER_YES:
		return tls_wish_parse(text, out);
	case ANSWER_NO:
		return true;
	default:
		return false;
	}
}
