/* SPDX-License-Identifier: ISC */
/* Set-up, sandbox, DKIM and ARC, DMARC: in this order. */
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dmarc.h"
#include "feed.h"
#include "sandbox.h"
#include "signature.h"
#include "verify.h"
#include "wire.h"

struct check {
	struct key_source keys;
	struct dmarc_dns dmarc;
	struct verify *verify;
	struct chain *chain;
	struct from from;
};

static int set_up(struct check *, const struct dkim_request *);
static int look(
    struct check *, const struct dkim_request *, struct dkim_answer *);
static void refuse_all(struct dkim_answer *);
static enum dns_status ask(void *, const char *, struct dns_text *);

int
check_message(const struct dkim_request *r, struct dkim_answer *a)
{
	struct check *c = calloc(1, sizeof *c);
	/* no more than until the deadline, and for the answer */
	const struct sandbox box = {
	    .dns = true, .seconds = r->deadline_ms / 1000 + 5};
	int result = -1, error;

	if (c == NULL)
		return -1;
	c->keys.deadline = wire_now() + r->deadline_ms;
	c->dmarc.ask = ask;
	c->dmarc.ctx = &c->keys;
	if (set_up(c, r) == 0 && sandbox_enter(&box) == 0)
		result = look(c, r, a);
	error = errno;
	verify_free(c->verify);
	chain_free(c->chain);
	dns_free(c->keys.dns);
	free(c);
	errno = error;
	return result;
}

/* What wants files: /etc/resolv.conf, and the libraries'. */
static int
set_up(struct check *c, const struct dkim_request *r)
{
	struct conf conf = {.resolvers = r->resolvers};

	if ((c->verify = verify_new()) == NULL ||
	    (c->chain = chain_new()) == NULL ||
	    (c->keys.dns = dns_new(&conf)) == NULL)
		return -1;
	return 0;
}

static int
look(struct check *c, const struct dkim_request *r, struct dkim_answer *a)
{
	const struct eaters to = {c->verify, c->chain, &c->from};
	struct dkim_dmarc *d = &a->dmarc;

	chain_begin(c->chain, &c->keys, &a->arc);
	if (verify_begin(c->verify, &c->keys, a) == -1)
		return -1;
	if (feed_message(&to, r, c->keys.deadline) == 0) {
		if (c->from.fields != 1)
			refuse_all(a);
		dmarc_judge(&c->dmarc, r, &c->from, a);
		return 0;
	}
	if (errno != EMSGSIZE)
		return -1;
	d->result = DMARC_PERMERROR;
	strlcpy(d->reason, "the header section is too long", sizeof d->reason);
	return 0;
}

/* A signature is about one From field; it is not told which one is shown to a
 * reader (RFC 6376 8.15). */
static void
refuse_all(struct dkim_answer *a)
{
	for (size_t i = 0; i < a->n; i++) {
		if (a->signature[i].result == DKIM_PASS)
			signature_refuse(&a->signature[i], DKIM_POLICY,
			    "there is not one From field");
	}
}

static enum dns_status
ask(void *ctx, const char *name, struct dns_text *out)
{
	struct key_source *from = ctx;

	return dns_txt(from->dns, name, from->deadline, out);
}
