/* SPDX-License-Identifier: ISC */
/* mx-spf's end of spfproto.h. */
#include <string.h>

#include "keys.h"
#include "spfproto.h"
#include "wire.h"

enum { ANSWER_MS = 10000, DEADLINE_MAX = 3600 * 1000 };

static bool set_ip(void *, const char *);
static void add_finding(
    struct pairs *, const char *, const struct spf_finding *);

static const struct key request_keys[] = {
    KEY("ip", KEY_SET, struct spf_request, client, .set = set_ip, .must = true),
    KEY("helo", KEY_OCTETS, struct spf_request, helo),
    KEY("sender", KEY_OCTETS, struct spf_request, sender),
    KEY("receiver", KEY_OCTETS, struct spf_request, receiver),
    KEY("resolver", KEY_ENDPOINTS, struct spf_request, resolvers,
	.most = RESOLVER_PORT),
    KEY("deadline_ms", KEY_MS, struct spf_request, deadline_ms,
	.most = DEADLINE_MAX),
    KEYS_END,
};

int
spf_read(struct pairs_in *in, int64_t deadline, struct spf_request *r)
{
	*r = (struct spf_request){.deadline_ms = SPF_DEADLINE_MS};
	return keys_read_next(in, deadline, request_keys, r);
}

int
spf_write(int out, const struct spf_answer *a)
{
	struct pairs p;

	pairs_init(&p);
	add_finding(&p, "mailfrom", &a->mailfrom);
	add_finding(&p, "helo", &a->helo);
	return pairs_send(&p, out, -1, wire_now() + ANSWER_MS);
}

static bool
set_ip(void *ip, const char *value)
{
	return ip_parse(ip, value, strlen(value));
}

static void
add_finding(struct pairs *p, const char *key, const struct spf_finding *f)
{
	pairs_add(p, key, spf_result_name[f->result]);
	pairs_add_text(p, "domain", f->domain);
	pairs_add_text(p, "reason", f->reason);
}
