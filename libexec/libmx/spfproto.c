/* SPDX-License-Identifier: ISC */
/*
 * The client's end of spfproto.h.  mx-spf has met hostile octets: no more of
 * its answer is believed than can be checked.
 */
#include "spfproto.h"

#include "keys.h"

const char *const spf_result_name[SPF_RESULTS] = {
    "pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"};

static void add_request(struct pairs *, const struct spf_request *);
static bool begin_mailfrom(struct keys *, const char *);
static bool begin_helo(struct keys *, const char *);
static bool begin(struct keys *, struct spf_finding *, const char *);

static const struct key answer_keys[] = {
    KEY_TO("mailfrom", begin_mailfrom, .once = true, .must = true),
    KEY_TO("helo", begin_helo, .once = true, .must = true),
    KEYS_END,
};

static const struct key finding_keys[] = {
    KEY("domain", KEY_SET, struct spf_finding, domain, .set = keys_set_domain),
    KEY("reason", KEY_TEXT, struct spf_finding, reason),
    KEYS_END,
};

int
spf_start(const char *libexec, const struct spf_request *r, struct kept *k)
{
	const struct kept_call call = {libexec, "mx-spf", -1};
	struct pairs p;

	pairs_init(&p);
	add_request(&p, r);
	return kept_ask(k, &call, &p);
}

int
spf_finish(struct kept *k, int64_t deadline, struct spf_answer *a)
{
	int result;

	do {
		result = spf_read_answer(&k->helper.in, deadline, a);
	} while (kept_settle(k, result));
	return result;
}

int
spf_read_answer(struct pairs_in *in, int64_t deadline, struct spf_answer *a)
{
	struct keys k = {.all = answer_keys, .whole = a};

	*a = (struct spf_answer){
	    .mailfrom.result = SPF_TEMPERROR, .helo.result = SPF_TEMPERROR};
	return keys_read_answer(&k, in, deadline);
}

static void
add_request(struct pairs *p, const struct spf_request *r)
{
	char ip[IP_TEXT];

	ip_format(&r->client, ip);
	pairs_add(p, "ip", ip);
	pairs_add_text(p, "helo", r->helo);
	pairs_add_text(p, "sender", r->sender);
	pairs_add_text(p, "receiver", r->receiver);
	pairs_add_endpoints(p, "resolver", &r->resolvers);
	pairs_add_number(p, "deadline_ms", r->deadline_ms);
}

static bool
begin_mailfrom(struct keys *k, const char *value)
{
	struct spf_answer *a = k->whole;

	return begin(k, &a->mailfrom, value);
}

static bool
begin_helo(struct keys *k, const char *value)
{
	struct spf_answer *a = k->whole;

	return begin(k, &a->helo, value);
}

static bool
begin(struct keys *k, struct spf_finding *f, const char *value)
{
	int n = keys_find(spf_result_name, SPF_RESULTS, value);

	if (n != -1)
		f->result = (enum spf_result)n;
	k->part = finding_keys;
	k->at = f;
	return n != -1;
}
