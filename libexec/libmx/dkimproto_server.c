/* SPDX-License-Identifier: ISC */
/* mx-dkim's end of dkimproto.h. */
#include <string.h>
#include <unistd.h>

#include "dkimproto.h"
#include "domain.h"
#include "keys.h"
#include "wire.h"

enum { ANSWER_MS = 10000, DEADLINE_MAX = 3600 * 1000 };

static bool set_spf_domain(void *, const char *);
static void add_signature(struct pairs *, const struct dkim_signature *);
static void add_dmarc(struct pairs *, const struct dkim_dmarc *);
static void add_arc(struct pairs *, const struct dkim_arc *);

static const struct key request_keys[] = {
    KEY("offset", KEY_NUMBER, struct dkim_request, offset),
    KEY("size", KEY_NUMBER, struct dkim_request, size),
    KEY("spf", KEY_OCTETS, struct dkim_request, spf),
    KEY("spf_domain", KEY_SET, struct dkim_request, spf_domain,
	.set = set_spf_domain),
    KEY("resolver", KEY_ENDPOINTS, struct dkim_request, resolvers,
	.most = RESOLVER_PORT),
    KEY("deadline_ms", KEY_MS, struct dkim_request, deadline_ms,
	.most = DEADLINE_MAX),
    KEYS_END,
};

int
dkim_read(struct pairs_in *in, int64_t deadline, struct dkim_request *r)
{
	int n;

	*r = (struct dkim_request){.deadline_ms = DKIM_DEADLINE_MS};
	n = keys_read_next(in, deadline, request_keys, r);
	r->fd = in->passed;
	in->passed = -1;
	return n;
}

void
dkim_request_free(struct dkim_request *r)
{
	if (r->fd != -1)
		close(r->fd);
	r->fd = -1;
}

int
dkim_write(int out, const struct dkim_answer *a)
{
	struct pairs p;

	pairs_init(&p);
	pairs_add_number(&p, "signatures", a->signatures);
	for (size_t i = 0; i < a->n; i++)
		add_signature(&p, &a->signature[i]);
	add_dmarc(&p, &a->dmarc);
	if (a->arc.result != ARC_NONE)
		add_arc(&p, &a->arc);
	return pairs_send(&p, out, -1, wire_now() + ANSWER_MS);
}

static bool
set_spf_domain(void *domain, const char *value)
{
	if (!domain_normal(value, strlen(value), domain))
		*(char *)domain = '\0'; /* aligned with nobody */
	return true;
}

static void
add_signature(struct pairs *p, const struct dkim_signature *s)
{
	pairs_add(p, "result", dkim_result_name[s->result]);
	pairs_add_text(p, "d", s->domain);
	pairs_add_text(p, "s", s->selector);
	pairs_add_text(p, "a", s->algorithm);
	if (s->limited) {
		pairs_add_number(p, "l", s->covered);
		pairs_add_number(p, "unsigned", s->uncovered);
	}
	pairs_add_true(p, "testing", s->testing);
	pairs_add_text(p, "reason", s->reason);
}

static void
add_dmarc(struct pairs *p, const struct dkim_dmarc *d)
{
	pairs_add(p, "dmarc", dmarc_result_name[d->result]);
	pairs_add_text(p, "from_domain", d->from_domain);
	if (*d->policy_domain != '\0')
		pairs_add(p, "policy", dmarc_policy_name[d->policy]);
	pairs_add_text(p, "policy_domain", d->policy_domain);
	pairs_add_text(p, "org_domain", d->org_domain);
	pairs_add_true(p, "spf_aligned", d->spf_aligned);
	pairs_add_true(p, "dkim_aligned", d->dkim_aligned);
	pairs_add_true(p, "testing", d->testing);
	pairs_add_text(p, "reason", d->reason);
}

static void
add_arc(struct pairs *p, const struct dkim_arc *c)
{
	pairs_add(p, "arc", arc_result_name[c->result]);
	if (c->instance != 0)
		pairs_add_number(p, "i", c->instance);
	if (c->oldest_pass != 0)
		pairs_add_number(p, "oldest_pass", c->oldest_pass);
	pairs_add_true(p, "closed", c->closed);
	pairs_add_text(p, "d", c->domain);
	pairs_add_text(p, "s", c->selector);
	pairs_add_text(p, "reason", c->reason);
}
