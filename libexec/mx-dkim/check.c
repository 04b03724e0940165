/* SPDX-License-Identifier: ISC */
/*
 * Set-up and sandbox, once; then of each message DKIM and ARC, DMARC.  Nothing
 * that one message's check had is there for the next.
 */
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

struct checker {
	struct dkim_lib *library;
	struct endpoints system; /* its resolvers */
};

struct check {
	struct key_source keys;
	struct dmarc_dns dmarc;
	struct verify *verify;
	struct chain *chain;
	struct from from;
};

static int set_up(
    struct check *, const struct checker *, const struct dkim_request *);
static int look(
    struct check *, const struct dkim_request *, struct dkim_answer *);
static void refuse_all(struct dkim_answer *);
static enum dns_status ask(void *, const char *, struct dns_text *);

struct checker *
checker_new(unsigned seconds)
{
	const struct sandbox box = {.dns = true, .seconds = seconds};
	struct checker *c = calloc(1, sizeof *c);
	int error;

	if (c != NULL && (c->library = verify_open()) != NULL &&
	    dns_system(&c->system) == 0 && sandbox_enter(&box) == 0)
		return c;
	error = errno;
	checker_free(c);
	errno = error;
	return NULL;
}

void
checker_free(struct checker *c)
{
	if (c == NULL)
		return;
	verify_close(c->library);
	free(c);
}

int
check_message(const struct checker *checker, const struct dkim_request *r,
    struct dkim_answer *a)
{
	struct check *c = calloc(1, sizeof *c);
	int result = -1, error;

	if (c == NULL)
		return -1;
	c->keys.deadline = wire_now() + r->deadline_ms;
	c->dmarc.ask = ask;
	c->dmarc.ctx = &c->keys;
	*a = (struct dkim_answer){.n = 0};
	if (set_up(c, checker, r) == 0)
		result = look(c, r, a);
	error = errno;
	verify_free(c->verify);
	chain_free(c->chain);
	dns_free(c->keys.dns);
	free(c);
	errno = error;
	return result;
}

static int
set_up(struct check *c, const struct checker *checker,
    const struct dkim_request *r)
{
	struct conf conf = {
	    .resolvers = r->resolvers.n > 0 ? r->resolvers : checker->system};

	if ((c->verify = verify_new(checker->library)) == NULL ||
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
