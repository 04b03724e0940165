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

const char *const tls_basis_name[] = {"no-policy-found", "tlsa", "sts"};
static const char *const tls_wish_name[] = {[WISH_NONE] = "none",
    [WISH_MAY] = "may",
    [WISH_ENCRYPT] = "encrypt",
    [WISH_VERIFY] = "verify",
    [WISH_DANE] = "dane",
    [WISH_STS] = "sts"};

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
static void find_policy(struct making *);
static void look_up(struct making *, const struct send_target *);
static bool without(struct making *, struct send_target *);
static bool refuse(struct making *, const struct send_target *,
    const char *failure, const char *why);
static void tell(const struct demand_question *, const struct demand_failure *);
static bool is_published(const struct making *, const struct send_target *);
static enum send_tls plain(enum tls_wish);

bool
tls_wish_parse(const char *s, enum tls_wish *out)
{
	for (unsigned i = 0; i < sizeof tls_wish_name / sizeof *tls_wish_name;
	     i++) {
		if (strcmp(s, tls_wish_name[i]) == 0) {
			*out = (enum tls_wish)i;
			return true;
		}
	}
	return false;
}

bool
demand_make(struct demand *d, const struct demand_question *q, struct route *r)
{
	struct making *m = calloc(1, sizeof *m);
	size_t tried = r->n;

	d->wish = q->wish;
	d->n = 0;
	d->published = d->sts_asked = false;
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
		bool fit = settle(m, &t);

		d->published |= is_published(m, fit ? &t : NULL);
		if (!fit)
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

void
demand_waive(enum tls_wish wish, struct route *r)
{
	for (size_t i = 0; i < r->n; i++)
		r->target[i].tls = plain(wish);
}

enum tls_basis
demand_basis(const struct demand *d, const char *host)
{
	for (size_t i = 0; d != NULL && i < d->n; i++) {
		if (strcmp(d->of[i].host, host) == 0)
			return d->of[i].basis;
	}
	return BASIS_NONE;
}

bool
demand_check(const struct demand *d, struct send_answer *a)
{
	if (d->wish != WISH_DANE || strcmp(a->tls.verified, "dane") == 0)
		return true;
	reply_set(&a->reply, 451, "4.7.5",
	    "TLS with %s: its certificate is not what DANE demands", a->host);
	return false;
}

/* False: the target may not be used. */
static bool
settle(struct making *m, struct send_target *t)
{
	enum tls_wish wish = m->q->wish;

	m->basis = BASIS_NONE;
	t->tls = plain(wish);
	if (wish == WISH_NONE || wish == WISH_VERIFY)
		return true;
	look_up(m, t);
	if (m->status == DANE_NONE && wish == WISH_DANE)
		return without(m, t);
	if (m->status == DANE_NONE ||
	    (m->status == DANE_UNUSABLE && wish == WISH_STS))
		return settle_sts(m, t);
	m->basis = BASIS_TLSA;
	return settle_dane(m, t);
}

/* RFC 8461 2: where there are records, MTA-STS is not asked. */
static bool
settle_dane(struct making *m, struct send_target *t)
{
	bool needed = m->q->wish == WISH_DANE;

	switch (m->status) {
	case DANE_FOUND:
		t->tls = SEND_TLS_DANE;
		strlcpy(t->base, m->dane.base, sizeof t->base);
		if (!m->route->named)
			strlcpy(t->domain, m->q->domain, sizeof t->domain);
		strlcpy(t->owner, m->route->owner, sizeof t->owner);
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
	bool needed = m->q->wish == WISH_STS;
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
	const struct demand_question *q = m->q;

	if (*q->domain == '[' || (m->route->named && q->wish != WISH_STS))
		return NULL;
	if (!d->sts_asked) {
		find_policy(m);
		d->sts_asked = true;
	}
	return d->sts.has ? &d->sts.policy : NULL;
}

static void
find_policy(struct making *m)
{
	struct sts_found *found = &m->demand->sts;
	const struct demand_question *q = m->q;
	char host[DOMAIN_LEN + 1];

	if (q->known != NULL) {
		sts_recall(q->known, q->domain, found);
		return;
	}
	sts_find(
	    &(struct sts_question){q->conf, q->dns, q->domain, q->deadline},
	    found);
	snprintf(host, sizeof host, "mta-sts.%.245s", q->domain);
	if (found->failure != STS_NO_FAILURE)
		tell(q,
		    &(struct demand_failure){BASIS_STS, host,
			sts_failure_name[found->failure], found->why});
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
		tell(m->q,
		    &(struct demand_failure){m->basis, t->host, failure, why});
	m->told = true;
	snprintf(m->route->reason, sizeof m->route->reason,
	    "451 4.7.5 TLS with %.100s: %s", t->host, why);
	return false;
}

static void
tell(const struct demand_question *q, const struct demand_failure *f)
{
	if (q->tell != NULL)
		q->tell(q->ctx, f);
}

/* The settings dane and sts want what is published themselves.  T is NULL where
 * it is not to be used. */
static bool
is_published(const struct making *m, const struct send_target *t)
{
	enum tls_wish wish = m->q->wish;

	if (wish != WISH_MAY && wish != WISH_ENCRYPT)
		return false;
	return t == NULL || (t->tls > plain(wish) && !t->lenient);
}

static enum send_tls
plain(enum tls_wish wish)
{
	static const enum send_tls of[] = {[WISH_NONE] = SEND_TLS_NONE,
	    [WISH_MAY] = SEND_TLS_MAY,
	    [WISH_ENCRYPT] = SEND_TLS_ENCRYPT,
	    [WISH_VERIFY] = SEND_TLS_VERIFY,
	    [WISH_DANE] = SEND_TLS_DANE,
	    [WISH_STS] = SEND_TLS_VERIFY};

	return of[wish];
}
