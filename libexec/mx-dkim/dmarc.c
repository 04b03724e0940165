/* SPDX-License-Identifier: ISC */
/*
 * DMARC (RFC 9989 4.10, 5.3): the policy for the author's domain, and whether a
 * domain that SPF or DKIM vouches for is aligned with it.
 */
#include "dmarc.h"

#include <stdio.h>
#include <string.h>

#include "domain.h"

enum aligned { NOT_ALIGNED, ALIGNED, UNSURE };

struct author {
	const char *domain;
	struct dmarc_record policy;
	bool walked;
	enum dns_status status; /* of the walk */
	struct dmarc_walk walk;
};

static void judge_author(struct dmarc_dns *, const struct dkim_request *,
    const struct dkim_answer *, const char *, struct dkim_dmarc *);
static void judge_alignment(struct dmarc_dns *, const struct dkim_request *,
    const struct dkim_answer *, struct author *, struct dkim_dmarc *);
static enum dns_status find_policy(
    struct dmarc_dns *, struct author *, struct dkim_dmarc *);
static enum dns_status inherit(
    struct dmarc_dns *, struct author *, struct dkim_dmarc *);
static enum dns_status walk(struct dmarc_dns *, struct author *);
static enum aligned align(
    struct dmarc_dns *, struct author *, const char *, bool strict);
static int severity(const struct dkim_dmarc *);
static void wrong(struct dkim_dmarc *, enum dmarc_result, const char *);

void
dmarc_judge(struct dmarc_dns *dns, const struct dkim_request *r,
    const struct from *f, struct dkim_answer *a)
{
	struct dkim_dmarc worst = {.result = DMARC_NONE}, one;

	a->dmarc = worst;
	if (f->fields != 1)
		wrong(&a->dmarc, DMARC_PERMERROR,
		    f->fields == 0 ? "there is no From field"
				   : "there is more than one From field");
	else if (f->wrong != NULL || f->n == 0)
		wrong(&a->dmarc, DMARC_PERMERROR,
		    f->wrong != NULL ? f->wrong : "From has no address");
	if (a->dmarc.result != DMARC_NONE)
		return;
	for (size_t i = 0; i < f->n; i++) {
		judge_author(dns, r, a, f->domain[i], &one);
		if (i == 0 || severity(&one) > severity(&worst))
			worst = one;
	}
	a->dmarc = worst;
}

static void
judge_author(struct dmarc_dns *dns, const struct dkim_request *r,
    const struct dkim_answer *a, const char *domain, struct dkim_dmarc *out)
{
	struct author author = {.domain = domain};

	*out = (struct dkim_dmarc){.result = DMARC_NONE};
	strlcpy(out->from_domain, domain, sizeof out->from_domain);
	switch (find_policy(dns, &author, out)) {
	case DNS_FOUND:
		break;
	case DNS_TEMPFAIL:
		wrong(out, DMARC_TEMPERROR,
		    "no answer from the DNS for the policy");
		return;
	default:
		wrong(out, DMARC_NONE, "no policy is published");
		return;
	}
	if (!author.policy.applies) {
		wrong(out, DMARC_NONE, "the policy record is not valid");
		return;
	}
	out->testing = author.policy.testing;
	if (out->testing && out->policy > DMARC_POLICY_NONE)
		out->policy--;
	judge_alignment(dns, r, a, &author, out);
	strlcpy(out->org_domain,
	    author.walked && author.status == DNS_FOUND ? author.walk.org
							: domain,
	    sizeof out->org_domain);
}

/* Who passed may be aligned; who could not be asked about, too, and then there
 * is neither pass nor fail (RFC 9989 5.3.6). */
static void
judge_alignment(struct dmarc_dns *dns, const struct dkim_request *r,
    const struct dkim_answer *a, struct author *author, struct dkim_dmarc *out)
{
	enum aligned is;
	bool unsure = false, spf = strcmp(r->spf, "pass") == 0;

	if (spf || strcmp(r->spf, "temperror") == 0) {
		is = align(
		    dns, author, r->spf_domain, author->policy.strict_spf);
		out->spf_aligned = spf && is == ALIGNED;
		unsure |= is == UNSURE || (!spf && is == ALIGNED);
	}
	for (size_t i = 0; i < a->n && !out->dkim_aligned; i++) {
		const struct dkim_signature *s = &a->signature[i];
		bool pass = s->result == DKIM_PASS;

		if (!pass && s->result != DKIM_TEMPERROR)
			continue;
		is = align(dns, author, s->domain, author->policy.strict_dkim);
		out->dkim_aligned = pass && is == ALIGNED;
		unsure |= is == UNSURE || (!pass && is == ALIGNED);
	}
	if (out->spf_aligned || out->dkim_aligned)
		out->result = DMARC_PASS;
	else if (unsure)
		wrong(out, DMARC_TEMPERROR,
		    "no answer from the DNS for an aligned domain");
	else
		wrong(out, DMARC_FAIL,
		    "neither SPF nor DKIM passed for the author's domain");
}

/* RFC 9989 4.10.1 */
static enum dns_status
find_policy(struct dmarc_dns *dns, struct author *a, struct dkim_dmarc *out)
{
	enum dns_status status = dmarc_ask(dns, a->domain, &a->policy);

	if (status != DNS_FOUND)
		return status == DNS_TEMPFAIL ? status : inherit(dns, a, out);
	out->policy = a->policy.p;
	strlcpy(out->policy_domain, a->domain, sizeof out->policy_domain);
	return status;
}

/* The organizational domain's, else the public suffix's. */
static enum dns_status
inherit(struct dmarc_dns *dns, struct author *a, struct dkim_dmarc *out)
{
	const char *from = NULL;

	if (walk(dns, a) == DNS_TEMPFAIL)
		return DNS_TEMPFAIL;
	for (size_t i = 0; i < a->walk.n; i++) {
		bool org = strcmp(a->walk.found[i].domain, a->walk.org) == 0;

		if (!org &&
		    (from != NULL || a->walk.found[i].record.psd != PSD_YES))
			continue;
		from = a->walk.found[i].domain;
		a->policy = a->walk.found[i].record;
		if (org)
			break;
	}
	if (from == NULL)
		return DNS_NODATA;
	strlcpy(out->policy_domain, from, sizeof out->policy_domain);
	out->policy = a->policy.sp;
	if (a->policy.has_np && a->policy.np != a->policy.sp) {
		enum dns_status status =
		    dns->ask(dns->ctx, a->domain, &dns->text);

		if (status == DNS_TEMPFAIL)
			return status;
		if (status == DNS_NXDOMAIN)
			out->policy = a->policy.np;
	}
	return DNS_FOUND;
}

/* From the author's domain, once. */
static enum dns_status
walk(struct dmarc_dns *dns, struct author *a)
{
	if (!a->walked)
		a->status = dmarc_walk(dns, a->domain, &a->walk);
	a->walked = true;
	return a->status;
}

/*
 * RFC 9989 4.4, 4.10.2.  A domain's organization is the domain or above it, so
 * that the author's must be so for DOMAIN too: no stranger has us ask the DNS
 * about him.
 */
static enum aligned
align(struct dmarc_dns *dns, struct author *a, const char *domain, bool strict)
{
	struct dmarc_walk other;

	if (*domain == '\0')
		return NOT_ALIGNED;
	if (strcmp(domain, a->domain) == 0)
		return ALIGNED;
	if (strict)
		return NOT_ALIGNED;
	if (walk(dns, a) == DNS_TEMPFAIL)
		return UNSURE;
	if (strcmp(domain, a->walk.org) != 0 &&
	    !domain_is_below(domain, a->walk.org))
		return NOT_ALIGNED;
	if (dmarc_walk(dns, domain, &other) == DNS_TEMPFAIL)
		return UNSURE;
	return strcmp(other.org, a->walk.org) == 0 ? ALIGNED : NOT_ALIGNED;
}

/* Of several authors the worst counts (RFC 9989 11.5). */
static int
severity(const struct dkim_dmarc *d)
{
	static const int of[DMARC_RESULTS] = {
	    [DMARC_PASS] = 0,
	    [DMARC_NONE] = 1,
	    [DMARC_TEMPERROR] = 2,
	    [DMARC_PERMERROR] = 3,
	    [DMARC_FAIL] = 4,
	};

	return of[d->result] * DMARC_POLICIES + (int)d->policy;
}

static void
wrong(struct dkim_dmarc *d, enum dmarc_result result, const char *reason)
{
	d->result = result;
	strlcpy(d->reason, reason, sizeof d->reason);
}
