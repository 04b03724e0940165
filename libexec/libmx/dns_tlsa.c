/* SPDX-License-Identifier: ISC */
/* TLSA records, and whether a name's first step is authentic (RFC 7672 2.2). */
#include <ares.h>
#include <arpa/nameser.h>

#include "dns_query.h"

enum { TYPE_TLSA = 52 };

struct tlsa_question {
	enum dns_status status;
	struct tlsa *out;
	bool done;
};

struct alias_question {
	bool secure, done;
};

static void on_tlsa(void *, int, const unsigned char *, int);
static void on_alias(void *, int, const unsigned char *, int);

enum dns_status
dns_tlsa(struct dns *d, const char *name, int64_t deadline, struct tlsa *out)
{
	struct tlsa_question q = {.out = out};

	dns_ask(d, name, TYPE_TLSA, on_tlsa, &q);
	dns_wait(d, &q.done, &q.done, deadline);
	return q.status;
}

bool
dns_alias_is_secure(struct dns *d, const char *name, int64_t deadline)
{
	struct alias_question q = {.secure = false};

	if (!dns_is_trusted(d))
		return false;
	dns_ask(d, name, ns_t_cname, on_alias, &q);
	dns_wait(d, &q.done, &q.done, deadline);
	return q.secure;
}

/* Without a proof that they are the domain's own they are none. */
static void
on_tlsa(void *ctx, int status, const unsigned char *answer, int len)
{
	struct tlsa_question *q = ctx;

	q->done = true;
	q->status = dns_status_of(status);
	if (q->status != DNS_FOUND)
		return;
	if (!tlsa_parse(q->out, answer, (size_t)len))
		q->status = DNS_TEMPFAIL;
	else if (q->out->n == 0 || !dns_answer_is_secure(answer, len))
		q->status = DNS_NODATA;
}

static void
on_alias(void *ctx, int status, const unsigned char *answer, int len)
{
	struct alias_question *q = ctx;

	q->done = true;
	q->secure = status == ARES_SUCCESS && dns_answer_is_secure(answer, len);
}
