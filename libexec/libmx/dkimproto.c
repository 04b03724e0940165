/* SPDX-License-Identifier: ISC */
/*
 * The client's end of dkimproto.h.  mx-dkim has met hostile octets: no more of
 * its answer is believed than can be checked.
 */
#include "dkimproto.h"

#include <errno.h>

#include "arc.h"
#include "keys.h"

const char *const dkim_result_name[DKIM_RESULTS] = {
    "pass", "fail", "neutral", "policy", "permerror", "temperror"};
const char *const dmarc_result_name[DMARC_RESULTS] = {
    "none", "pass", "fail", "temperror", "permerror"};
const char *const dmarc_policy_name[DMARC_POLICIES] = {
    "none", "quarantine", "reject"};
const char *const arc_result_name[ARC_RESULTS] = {
    "none", "pass", "fail", "temperror"};

static bool begin_signature(struct keys *, const char *);
static bool begin_dmarc(struct keys *, const char *);
static bool begin_arc(struct keys *, const char *);
static bool set_covered(void *, const char *);

static const struct key answer_keys[] = {
    KEY("signatures", KEY_COUNT, struct dkim_answer, signatures,
	.most = HEADER_LEN),
    KEY_TO("result", begin_signature),
    KEY_TO("dmarc", begin_dmarc, .once = true, .must = true),
    KEY_TO("arc", begin_arc, .once = true),
    KEYS_END,
};

static const struct key signature_keys[] = {
    KEY("d", KEY_SET, struct dkim_signature, domain, .set = keys_set_domain),
    KEY("s", KEY_TEXT, struct dkim_signature, selector),
    KEY("a", KEY_TEXT, struct dkim_signature, algorithm),
    {.name = "l", .kind = KEY_SET, .set = set_covered},
    KEY("unsigned", KEY_NUMBER, struct dkim_signature, uncovered),
    KEY("testing", KEY_FLAG, struct dkim_signature, testing),
    KEY("reason", KEY_TEXT, struct dkim_signature, reason),
    KEYS_END,
};

static const struct key dmarc_keys[] = {
    KEY("from_domain", KEY_SET, struct dkim_dmarc, from_domain,
	.set = keys_set_domain),
    KEY("policy", KEY_ONE_OF, struct dkim_dmarc, policy,
	.names = dmarc_policy_name, .most = DMARC_POLICY_REJECT),
    KEY("policy_domain", KEY_SET, struct dkim_dmarc, policy_domain,
	.set = keys_set_domain),
    KEY("org_domain", KEY_SET, struct dkim_dmarc, org_domain,
	.set = keys_set_domain),
    KEY("spf_aligned", KEY_FLAG, struct dkim_dmarc, spf_aligned),
    KEY("dkim_aligned", KEY_FLAG, struct dkim_dmarc, dkim_aligned),
    KEY("testing", KEY_FLAG, struct dkim_dmarc, testing),
    KEY("reason", KEY_TEXT, struct dkim_dmarc, reason),
    KEYS_END,
};

static const struct key arc_keys[] = {
    KEY("i", KEY_COUNT, struct dkim_arc, instance, .least = 1,
	.most = ARC_SETS),
    KEY("oldest_pass", KEY_COUNT, struct dkim_arc, oldest_pass, .least = 1,
	.most = ARC_SETS),
    KEY("closed", KEY_FLAG, struct dkim_arc, closed),
    KEY("d", KEY_SET, struct dkim_arc, domain, .set = keys_set_domain),
    KEY("s", KEY_TEXT, struct dkim_arc, selector),
    KEY("reason", KEY_TEXT, struct dkim_arc, reason),
    KEYS_END,
};

int
dkim_start(const char *libexec, const struct dkim_request *r, struct kept *k)
{
	const struct kept_call call = {libexec, "mx-dkim", r->fd};
	struct pairs p;

	pairs_init(&p);
	pairs_add_number(&p, "offset", r->offset);
	pairs_add_number(&p, "size", r->size);
	pairs_add_number(&p, "deadline_ms", r->deadline_ms);
	pairs_add_text(&p, "spf", r->spf);
	pairs_add_text(&p, "spf_domain", r->spf_domain);
	pairs_add_endpoints(&p, "resolver", &r->resolvers);
	return kept_ask(k, &call, &p);
}

int
dkim_finish(struct kept *k, int64_t deadline, struct dkim_answer *a)
{
	int result;

	do {
		result = dkim_read_answer(&k->helper.in, deadline, a);
	} while (kept_settle(k, result));
	return result;
}

int
dkim_read_answer(struct pairs_in *in, int64_t deadline, struct dkim_answer *a)
{
	struct keys k = {.all = answer_keys, .whole = a};

	*a = (struct dkim_answer){.n = 0};
	if (keys_read_answer(&k, in, deadline) == -1)
		return -1;
	if (a->n <= a->signatures)
		return 0;
	errno = EPROTO;
	return -1;
}

/* They come before the rest. */
static bool
begin_signature(struct keys *k, const char *value)
{
	struct dkim_answer *a = k->whole;
	int n = keys_find(dkim_result_name, DKIM_RESULTS, value);

	if (n == -1 || a->n == DKIM_SIGNATURES || k->part == dmarc_keys ||
	    k->part == arc_keys)
		return false;
	k->part = signature_keys;
	k->at = &a->signature[a->n];
	a->signature[a->n++].result = (enum dkim_result)n;
	return true;
}

static bool
begin_dmarc(struct keys *k, const char *value)
{
	struct dkim_answer *a = k->whole;
	int n = keys_find(dmarc_result_name, DMARC_RESULTS, value);

	if (n == -1)
		return false;
	k->part = dmarc_keys;
	k->at = &a->dmarc;
	a->dmarc.result = (enum dmarc_result)n;
	return true;
}

static bool
begin_arc(struct keys *k, const char *value)
{
	struct dkim_answer *a = k->whole;
	int n = keys_find(arc_result_name, ARC_RESULTS, value);

	if (n == -1 || k->part != dmarc_keys)
		return false;
	k->part = arc_keys;
	k->at = &a->arc;
	a->arc.result = (enum arc_result)n;
	return true;
}

static bool
set_covered(void *signature, const char *value)
{
	struct dkim_signature *s = signature;

	s->limited = true;
	return keys_number(value, INT64_MAX, &s->covered);
}
