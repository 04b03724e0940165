/* SPDX-License-Identifier: ISC */
/*
 * The client's end of dkimproto.h.  mx-dkim has met hostile octets: no more of
 * its answer is believed than can be checked.
 */
#include "dkimproto.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arc.h"
#include "domain.h"
#include "wire.h"

enum { ASK_MS = 5000, NUMBER_LEN = 20 };

struct answer_key {
	const char *name;
	bool (*signature)(struct dkim_signature *, const char *);
	bool (*dmarc)(struct dkim_dmarc *, const char *);
	bool (*arc)(struct dkim_arc *, const char *);
};

/* Whom a key of the answer is about. */
enum answer_part { SIGNATURES, DMARC, ARC };

const char *const dkim_result_name[DKIM_RESULTS] = {
    "pass", "fail", "neutral", "policy", "permerror", "temperror"};
const char *const dmarc_result_name[DMARC_RESULTS] = {
    "none", "pass", "fail", "temperror", "permerror"};
const char *const dmarc_policy_name[DMARC_POLICIES] = {
    "none", "quarantine", "reject"};
const char *const arc_result_name[ARC_RESULTS] = {
    "none", "pass", "fail", "temperror"};

static bool set_pair(
    struct dkim_answer *, enum answer_part *, const char *, const char *);
static bool begin_part(
    struct dkim_answer *, enum answer_part *, const char *, const char *);
static bool set_in_part(struct dkim_answer *, enum answer_part,
    const struct answer_key *, const char *);
static bool begin_signature(struct dkim_answer *, const char *);
static bool set_d(struct dkim_signature *, const char *);
static bool set_s(struct dkim_signature *, const char *);
static bool set_a(struct dkim_signature *, const char *);
static bool set_l(struct dkim_signature *, const char *);
static bool set_unsigned(struct dkim_signature *, const char *);
static bool set_signature_testing(struct dkim_signature *, const char *);
static bool set_signature_reason(struct dkim_signature *, const char *);
static bool set_from_domain(struct dkim_dmarc *, const char *);
static bool set_policy(struct dkim_dmarc *, const char *);
static bool set_policy_domain(struct dkim_dmarc *, const char *);
static bool set_org_domain(struct dkim_dmarc *, const char *);
static bool set_spf_aligned(struct dkim_dmarc *, const char *);
static bool set_dkim_aligned(struct dkim_dmarc *, const char *);
static bool set_dmarc_testing(struct dkim_dmarc *, const char *);
static bool set_dmarc_reason(struct dkim_dmarc *, const char *);
static bool set_arc_d(struct dkim_arc *, const char *);
static bool set_arc_s(struct dkim_arc *, const char *);
static bool set_arc_i(struct dkim_arc *, const char *);
static bool set_arc_oldest_pass(struct dkim_arc *, const char *);
static bool set_arc_closed(struct dkim_arc *, const char *);
static bool set_arc_reason(struct dkim_arc *, const char *);
static bool set_instance(unsigned *, const char *);
static int find(const char *const *, int, const char *);
static bool set_name(char *, size_t, const char *);
static bool set_text(char *, size_t, const char *);
static bool set_true(bool *, const char *);
static bool set_number(uint64_t *, const char *);

static const struct answer_key keys[] = {
    {"d", set_d, NULL, set_arc_d},
    {"s", set_s, NULL, set_arc_s},
    {"a", set_a, NULL, NULL},
    {"l", set_l, NULL, NULL},
    {"unsigned", set_unsigned, NULL, NULL},
    {"testing", set_signature_testing, set_dmarc_testing, NULL},
    {"reason", set_signature_reason, set_dmarc_reason, set_arc_reason},
    {"from_domain", NULL, set_from_domain, NULL},
    {"policy", NULL, set_policy, NULL},
    {"policy_domain", NULL, set_policy_domain, NULL},
    {"org_domain", NULL, set_org_domain, NULL},
    {"spf_aligned", NULL, set_spf_aligned, NULL},
    {"dkim_aligned", NULL, set_dkim_aligned, NULL},
    {"i", NULL, NULL, set_arc_i},
    {"oldest_pass", NULL, NULL, set_arc_oldest_pass},
    {"closed", NULL, NULL, set_arc_closed},
};

int
dkim_start(const char *libexec, const struct dkim_request *r, struct helper *h)
{
	char text[ENDPOINT_TEXT];
	struct pairs p;
	int error;

	if (helper_start(h, libexec, "mx-dkim", r->fd) == -1)
		return -1;
	pairs_init(&p);
	pairs_add_number(&p, "offset", r->offset);
	pairs_add_number(&p, "size", r->size);
	pairs_add_number(&p, "deadline_ms", r->deadline_ms);
	if (*r->spf != '\0')
		pairs_add(&p, "spf", r->spf);
	if (*r->spf_domain != '\0')
		pairs_add(&p, "spf_domain", r->spf_domain);
	for (unsigned i = 0; i < r->resolvers.n; i++) {
		endpoint_format(&r->resolvers.at[i], text);
		pairs_add(&p, "resolver", text);
	}
	if (pairs_send(&p, h->fd, -1, wire_now() + ASK_MS) == 0)
		return 0;
	error = errno;
	helper_end(h, false);
	errno = error;
	return -1;
}

int
dkim_finish(struct helper *h, int64_t deadline, struct dkim_answer *a)
{
	int result = dkim_read_answer(&h->in, deadline, a), error = errno;

	helper_end(h, result == 0);
	errno = error;
	return result;
}

int
dkim_read_answer(struct pairs_in *in, int64_t deadline, struct dkim_answer *a)
{
	enum pairs_status status;
	const char *key;
	enum answer_part part = SIGNATURES;
	char *value;

	*a = (struct dkim_answer){.n = 0};
	while (
	    (status = pairs_next(in, deadline, &key, &value)) == PAIRS_PAIR) {
		if (!set_pair(a, &part, key, value))
			break;
	}
	if (status == PAIRS_ERROR && errno != EBADMSG)
		return -1;
	if (status == PAIRS_END && part != SIGNATURES && a->n <= a->signatures)
		return 0;
	errno = EPROTO;
	return -1;
}

static bool
set_pair(struct dkim_answer *a, enum answer_part *part, const char *key,
    const char *value)
{
	uint64_t count;

	if (strcmp(key, "signatures") == 0) {
		if (!set_number(&count, value) || count > HEADER_LEN)
			return false;
		a->signatures = (unsigned)count;
		return true;
	}
	if (strcmp(key, "result") == 0)
		return *part == SIGNATURES && begin_signature(a, value);
	if (strcmp(key, "dmarc") == 0 || strcmp(key, "arc") == 0)
		return begin_part(a, part, key, value);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (strcmp(keys[i].name, key) == 0)
			return set_in_part(a, *part, &keys[i], value);
	}
	return false;
}

/* Each once, and in this order. */
static bool
begin_part(struct dkim_answer *a, enum answer_part *part, const char *key,
    const char *value)
{
	bool dmarc = strcmp(key, "dmarc") == 0;
	int n = dmarc ? find(dmarc_result_name, DMARC_RESULTS, value)
		      : find(arc_result_name, ARC_RESULTS, value);

	if (n == -1 || *part != (dmarc ? SIGNATURES : DMARC))
		return false;
	*part = dmarc ? DMARC : ARC;
	if (dmarc)
		a->dmarc.result = (enum dmarc_result)n;
	else
		a->arc.result = (enum arc_result)n;
	return true;
}

static bool
set_in_part(struct dkim_answer *a, enum answer_part part,
    const struct answer_key *k, const char *value)
{
	switch (part) {
	case SIGNATURES:
		return k->signature != NULL && a->n > 0 &&
		    k->signature(&a->signature[a->n - 1], value);
	case DMARC:
		return k->dmarc != NULL && k->dmarc(&a->dmarc, value);
	case ARC:
		return k->arc != NULL && k->arc(&a->arc, value);
	}
	return false;
}

static bool
begin_signature(struct dkim_answer *a, const char *value)
{
	int n = find(dkim_result_name, DKIM_RESULTS, value);

	if (n == -1 || a->n == DKIM_SIGNATURES)
		return false;
	a->signature[a->n++].result = (enum dkim_result)n;
	return true;
}

static bool
set_d(struct dkim_signature *s, const char *value)
{
	return set_name(s->domain, sizeof s->domain, value);
}

static bool
set_s(struct dkim_signature *s, const char *value)
{
	return set_text(s->selector, sizeof s->selector, value);
}

static bool
set_a(struct dkim_signature *s, const char *value)
{
	return set_text(s->algorithm, sizeof s->algorithm, value);
}

static bool
set_l(struct dkim_signature *s, const char *value)
{
	s->limited = true;
	return set_number(&s->covered, value);
}

static bool
set_unsigned(struct dkim_signature *s, const char *value)
{
	return set_number(&s->uncovered, value);
}

static bool
set_signature_testing(struct dkim_signature *s, const char *value)
{
	return set_true(&s->testing, value);
}

static bool
set_signature_reason(struct dkim_signature *s, const char *value)
{
	return set_text(s->reason, sizeof s->reason, value);
}

static bool
set_from_domain(struct dkim_dmarc *d, const char *value)
{
	return set_name(d->from_domain, sizeof d->from_domain, value);
}

static bool
set_policy(struct dkim_dmarc *d, const char *value)
{
	int n = find(dmarc_policy_name, DMARC_POLICIES, value);

	d->policy = (enum dmarc_policy)n;
	return n != -1;
}

static bool
set_policy_domain(struct dkim_dmarc *d, const char *value)
{
	return set_name(d->policy_domain, sizeof d->policy_domain, value);
}

static bool
set_org_domain(struct dkim_dmarc *d, const char *value)
{
	return set_name(d->org_domain, sizeof d->org_domain, value);
}

static bool
set_spf_aligned(struct dkim_dmarc *d, const char *value)
{
	return set_true(&d->spf_aligned, value);
}

static bool
set_dkim_aligned(struct dkim_dmarc *d, const char *value)
{
	return set_true(&d->dkim_aligned, value);
}

static bool
set_dmarc_testing(struct dkim_dmarc *d, const char *value)
{
	return set_true(&d->testing, value);
}

static bool
set_dmarc_reason(struct dkim_dmarc *d, const char *value)
{
	return set_text(d->reason, sizeof d->reason, value);
}

static bool
set_arc_d(struct dkim_arc *c, const char *value)
{
	return set_name(c->domain, sizeof c->domain, value);
}

static bool
set_arc_s(struct dkim_arc *c, const char *value)
{
	return set_text(c->selector, sizeof c->selector, value);
}

static bool
set_arc_i(struct dkim_arc *c, const char *value)
{
	return set_instance(&c->instance, value);
}

static bool
set_arc_oldest_pass(struct dkim_arc *c, const char *value)
{
	return set_instance(&c->oldest_pass, value);
}

static bool
set_arc_closed(struct dkim_arc *c, const char *value)
{
	return set_true(&c->closed, value);
}

static bool
set_arc_reason(struct dkim_arc *c, const char *value)
{
	return set_text(c->reason, sizeof c->reason, value);
}

static bool
set_instance(unsigned *out, const char *value)
{
	uint64_t n;

	if (!set_number(&n, value) || n == 0 || n > ARC_SETS)
		return false;
	*out = (unsigned)n;
	return true;
}

/* -1: none of them. */
static int
find(const char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++) {
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return -1;
}

/* A domain in the inner form, else it is nonsense. */
static bool
set_name(char *out, size_t size, const char *value)
{
	char name[DOMAIN_LEN + 1];

	return domain_normal(value, strlen(value), name) &&
	    strcmp(name, value) == 0 && strlcpy(out, name, size) < size;
}

static bool
set_text(char *out, size_t size, const char *value)
{
	for (const char *p = value; *p != '\0'; p++) {
		if (*p < 0x20 || *p >= 0x7f)
			return false;
	}
	return strlcpy(out, value, size) < size;
}

static bool
set_true(bool *out, const char *value)
{
	*out = true;
	return strcmp(value, "1") == 0;
}

static bool
set_number(uint64_t *out, const char *value)
{
	const char *wrong;
	size_t n = strlen(value);

	if (n == 0 || n > NUMBER_LEN || strspn(value, "0123456789") != n)
		return false;
	*out = (uint64_t)strtonum(value, 0, INT64_MAX, &wrong);
	return wrong == NULL;
}
