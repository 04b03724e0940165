/* SPDX-License-Identifier: ISC */
/*
 * TLSA records that DNSSEC vouches for are a promise of the host: it is used
 * with them or not at all (RFC 7672 2.1.2, 2.2).  A host about which the DNS
 * is silent, or lies, is not used either: else who can keep answers back could
 * have mail in clear.
 */
#include "demand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dane.h"
#include "ip.h"
#include "outbound.h"

const char *const tls_basis_name[] = {"no-policy-found", "tlsa", "sts"};

struct making {
	const struct demand_question *q;
	struct demand *demand;
	struct route *route;
	/* of the host that was looked up last */
	char host[DOMAIN_LEN + 1];
	enum dane_status status;
	struct dane dane;
	bool told;	      /* what is wrong with it */
	enum tls_basis basis; /* of the target in hand */
};

static bool settle(struct making *, struct send_target *);
static bool settle_dane(struct making *, struct send_target *);
static bool settle_sts(struct making *, struct send_target *);
static void test_sts(struct making *, struct send_target *);
static const struct sts_policy *policy_of(struct making *);
static void look_up(struct making *, const struct send_target *);
static bool without(struct making *, struct send_target *);
static bool refuse(struct making *, const struct send_target *,
    const char *failure, const char *why);
static enum send_tls plain(enum job_tls);

bool
demand_make(struct demand *d, const struct demand_question *q, struct route *r)
{
	struct making *m = calloc(1, sizeof *m);
	size_t tried = r->n;

	d->n = 0;
	d->sts_asked = false;
	r->n = 0;
	r->reason[0] = '\0';
	if (m == NULL) {
		strlcpy(r->reason, "out of memory", sizeof r->reason);
		return false;
	}
	*m = (struct making){.q = q, .demand = d, .route = r};
	for (size_t i = 0; i < tried; i++) {
		struct send_target t = r->target[i];
		struct demand_of *of = &d->of[d->n];
		char literal[LITERAL_LEN + 1];

		if (!settle(m, &t))
			continue;
		ip_format_literal(&t.ip, literal);
		snprintf(of->host, sizeof of->host, "%s %s", t.host, literal);
		of->basis = m->basis;
		d->n++;
		r->target[r->n++] = t;
	}
	free(m);
	return r->n > 0;
}

void
demand_free(struct demand *d, struct route *r)
{
	for (size_t i = 0; i < d->n && i < r->n; i++) {
		free((char *)(uintptr_t)r->target[i].tlsa);
		r->target[i].tlsa = NULL;
	}
	d->n = 0;
}

enum tls_basis
demand_basis(const struct demand *d, const char *host)
{
	for (size_t i = 0; i < d->n; i++) {
		if (strcmp(d->of[i].host, host) == 0)
			return d->of[i].basis;
	}
	return BASIS_NONE;
}

bool
demand_is_met(const struct job *j, const struct send_secured *t)
{
	return j->tls != JOB_TLS_DANE || strcmp(t->verified, "dane") == 0;
}

/* False: the target may not be used. */
static bool
settle(struct making *m, struct send_target *t)
{
	enum job_tls wish = m->q->job->tls;

	m->basis = BASIS_NONE;
	t->tls = plain(wish);
	if (wish == JOB_TLS_NONE || wish == JOB_TLS_VERIFY)
		return true;
	look_up(m, t);
	if (m->status == DANE_NONE && wish == JOB_TLS_DANE)
		return without(m, t);
	if (m->status == DANE_NONE ||
	    (m->status == DANE_UNUSABLE && wish == JOB_TLS_STS))
		return settle_sts(m, t);
	m->basis = BASIS_TLSA;
	return settle_dane(m, t);
}

/* RFC 8461 2: where there are records, MTA-STS is not asked. */
static bool
settle_dane(struct making *m, struct send_target *t)
{
	bool needed = m->q->job->tls == JOB_TLS_DANE;

	switch (m->status) {
	case DANE_FOUND:
		t->tls = SEND_TLS_DANE;
		strlcpy(t->base, m->dane.base, sizeof t->base);
		if (!m->route->named)
			strlcpy(t->domain, m->q->job->domain, sizeof t->domain);
		return (t->tlsa = strdup(m->dane.tlsa.text)) != NULL;
	case DANE_UNUSABLE:
		t->tls = SEND_TLS_ENCRYPT;
		return refuse(m, t, "tlsa-invalid",
			   "no TLSA record of it is of use for SMTP") ||
		    !needed;
	default:
		return refuse(m, t, "dnssec-invalid",
		    "whether it has TLSA records the DNS does not say, or "
		    "DNSSEC says bogus");
	}
}

/*
 * The setting sts wants a policy, and keeps to it even where that only tests.
 * Where a test fails, mail goes all the same.
 */
static bool
settle_sts(struct making *m, struct send_target *t)
{
	bool needed = m->q->job->tls == JOB_TLS_STS;
	const struct sts_policy *p = policy_of(m);

	if (p == NULL || p->mode == STS_NONE) {
		m->basis = needed ? BASIS_STS : BASIS_NONE;
		return !needed ||
		    refuse(m, t, "sts-policy-fetch-error",
			"MTA-STS is demanded, but its domain has no policy "
			"that could be had");
	}
	m->basis = BASIS_STS;
	if (p->mode == STS_TESTING && !needed) {
		test_sts(m, t);
		return true;
	}
	if (!sts_policy_allows(p, t->host))
		return refuse(m, t, "validation-failure",
		    "the domain's MTA-STS policy does not name it");
	t->tls = SEND_TLS_VERIFY;
	return true;
}

static void
test_sts(struct making *m, struct send_target *t)
{
	if (!sts_policy_allows(&m->demand->sts.policy, t->host)) {
		refuse(m, t, "validation-failure",
		    "the domain's MTA-STS policy does not name it (testing)");
	} else if (t->tls == SEND_TLS_MAY) {
		t->tls = SEND_TLS_VERIFY;
		t->lenient = true;
	}
}

/* Asked for once; NULL: there is none.  Who names the host himself has not
 * asked the domain for its hosts. */
static const struct sts_policy *
policy_of(struct making *m)
{
	struct demand *d = m->demand;
	const struct job *j = m->q->job;
	char host[DOMAIN_LEN + 1];

	if (*j->domain == '[' || (m->route->named && j->tls != JOB_TLS_STS))
		return NULL;
	if (!d->sts_asked) {
		sts_find(&(struct sts_question){m->q->conf, m->q->dns,
			     j->domain, m->q->deadline},
		    &d->sts);
		d->sts_asked = true;
		snprintf(host, sizeof host, "mta-sts.%.245s", j->domain);
		if (d->sts.failure != STS_NO_FAILURE)
			outbound_result(m->q->tally,
			    &(struct tls_result){.domain = j->domain,
				.basis = BASIS_STS,
				.host = host,
				.failure = sts_failure_name[d->sts.failure],
				.why = d->sts.why});
	}
	return d->sts.has ? &d->sts.policy : NULL;
}

/* Once for all addresses of a host. */
static void
look_up(struct making *m, const struct send_target *t)
{
	if (strcmp(m->host, t->host) == 0)
		return;
	m->status = dane_find(m->q->dns, t, m->q->deadline, &m->dane);
	strlcpy(m->host, t->host, sizeof m->host);
	m->told = false;
}

static bool
without(struct making *m, struct send_target *t)
{
	m->basis = BASIS_TLSA;
	if (!dns_is_trusted(m->q->dns))
		return refuse(m, t, "dane-required",
		    "DANE is demanded, but the resolver is not trusted "
		    "(mx.conf(5), resolvers_trusted)");
	return refuse(m, t, "dane-required",
	    "DANE is demanded, but DNSSEC vouches for no TLSA record of it");
}

/* Told once a host; false. */
static bool
refuse(struct making *m, const struct send_target *t, const char *failure,
    const char *why)
{
	if (!m->told)
		outbound_result(m->q->tally,
		    &(struct tls_result){.domain = m->q->job->domain,
			.basis = m->basis,
			.host = t->host,
			.failure = failure,
			.why = why});
	m->told = true;
	snprintf(m->route->reason, sizeof m->route->reason,
	    "451 4.7.5 TLS with %.100s: %s", t->host, why);
	return false;
}

static enum send_tls
plain(enum job_tls wish)
{
	static const enum send_tls of[] = {[JOB_TLS_NONE] = SEND_TLS_NONE,
	    [JOB_TLS_MAY] = SEND_TLS_MAY,
	    [JOB_TLS_ENCRYPT] = SEND_TLS_ENCRYPT,
	    [JOB_TLS_VERIFY] = SEND_TLS_VERIFY,
	    [JOB_TLS_DANE] = SEND_TLS_DANE,
	    [JOB_TLS_STS] = SEND_TLS_VERIFY};

	return of[wish];
}
