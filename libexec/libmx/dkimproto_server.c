/* SPDX-License-Identifier: ISC */
/* mx-dkim's end of dkimproto.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dkimproto.h"
#include "domain.h"
#include "wire.h"

enum { ANSWER_MS = 10000, DEADLINE_MAX = 3600 * 1000 };

static bool set_pair(struct dkim_request *, const char *, const char *);
static bool set_number(uint64_t *, const char *, int64_t max);
static bool set_resolver(struct dkim_request *, const char *);
static void add_signature(struct pairs *, const struct dkim_signature *);
static void add_dmarc(struct pairs *, const struct dkim_dmarc *);
static void add_arc(struct pairs *, const struct dkim_arc *);
static void add_text(struct pairs *, const char *, const char *);
static void add_true(struct pairs *, const char *, bool);

int
dkim_read(int in, struct dkim_request *r)
{
	struct pairs_in p;
	enum pairs_status status;
	const char *key;
	char *value;

	*r =
	    (struct dkim_request){.fd = r->fd, .deadline_ms = DKIM_DEADLINE_MS};
	pairs_in_init(&p, in);
	while ((status = pairs_next(&p, -1, &key, &value)) == PAIRS_PAIR) {
		if (!set_pair(r, key, value))
			break;
	}
	if (status == PAIRS_END)
		return 0;
	if (status != PAIRS_ERROR)
		errno = EBADMSG;
	return -1;
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
set_pair(struct dkim_request *r, const char *key, const char *value)
{
	uint64_t ms;

	if (strcmp(key, "offset") == 0)
		return set_number(&r->offset, value, INT64_MAX);
	if (strcmp(key, "size") == 0)
		return set_number(&r->size, value, INT64_MAX);
	if (strcmp(key, "resolver") == 0)
		return set_resolver(r, value);
	if (strcmp(key, "spf") == 0)
		return strlcpy(r->spf, value, sizeof r->spf) < sizeof r->spf;
	if (strcmp(key, "spf_domain") == 0) {
		if (!domain_normal(value, strlen(value), r->spf_domain))
			*r->spf_domain = '\0'; /* aligned with nobody */
		return true;
	}
	if (strcmp(key, "deadline_ms") != 0 ||
	    !set_number(&ms, value, DEADLINE_MAX))
		return false;
	if (ms != 0)
		r->deadline_ms = (unsigned)ms;
	return true;
}

static bool
set_number(uint64_t *out, const char *value, int64_t max)
{
	const char *wrong;

	*out = (uint64_t)strtonum(value, 0, max, &wrong);
	return wrong == NULL;
}

static bool
set_resolver(struct dkim_request *r, const char *value)
{
	return endpoints_add(&r->resolvers, value, RESOLVER_PORT);
}

static void
add_signature(struct pairs *p, const struct dkim_signature *s)
{
	pairs_add(p, "result", dkim_result_name[s->result]);
	add_text(p, "d", s->domain);
	add_text(p, "s", s->selector);
	add_text(p, "a", s->algorithm);
	if (s->limited) {
		pairs_add_number(p, "l", s->covered);
		pairs_add_number(p, "unsigned", s->uncovered);
	}
	add_true(p, "testing", s->testing);
	add_text(p, "reason", s->reason);
}

static void
add_dmarc(struct pairs *p, const struct dkim_dmarc *d)
{
	pairs_add(p, "dmarc", dmarc_result_name[d->result]);
	add_text(p, "from_domain", d->from_domain);
	if (*d->policy_domain != '\0')
		pairs_add(p, "policy", dmarc_policy_name[d->policy]);
	add_text(p, "policy_domain", d->policy_domain);
	add_text(p, "org_domain", d->org_domain);
	add_true(p, "spf_aligned", d->spf_aligned);
	add_true(p, "dkim_aligned", d->dkim_aligned);
	add_true(p, "testing", d->testing);
	add_text(p, "reason", d->reason);
}

static void
add_arc(struct pairs *p, const struct dkim_arc *c)
{
	pairs_add(p, "arc", arc_result_name[c->result]);
	if (c->instance != 0)
		pairs_add_number(p, "i", c->instance);
	if (c->oldest_pass != 0)
		pairs_add_number(p, "oldest_pass", c->oldest_pass);
	add_true(p, "closed", c->closed);
	add_text(p, "d", c->domain);
	add_text(p, "s", c->selector);
	add_text(p, "reason", c->reason);
}

static void
add_text(struct pairs *p, const char *key, const char *value)
{
	if (*value != '\0')
		pairs_add(p, key, value);
}

static void
add_true(struct pairs *p, const char *key, bool value)
{
	if (value)
		pairs_add_number(p, key, 1);
}
