/* SPDX-License-Identifier: ISC */
/*
 * Set-up and sandbox, once; then of each client the reverse-path and HELO.
 * Nothing that one client's check had is there for the next.
 */
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "domain.h"
#include "library.h"
#include "sandbox.h"
#include "wire.h"

enum { ESCAPED = 2 * DOMAIN_LEN + 1 };

struct checker {
	struct library *library; /* which keeps nothing of a client */
	struct endpoints system; /* its resolvers */
};

struct check {
	const struct spf_request *request;
	char helo[DOMAIN_LEN + 1]; /* inner form, or as said if it has none */
	const struct source *source;
	struct library *library;
	struct names names;
	struct lookup lookup;
};

struct resolver {
	struct dns *dns;
	int64_t deadline;
};

static struct check *check_new(
    struct library *, const struct source *, const struct spf_request *);
static void check_both(struct check *, struct spf_answer *);
static void check_helo(struct check *, struct spf_finding *);
static void check_mailfrom(struct check *, struct spf_finding *);
static void evaluate(struct check *, const char *, struct spf_finding *);
static struct dns *new_dns(const struct checker *, const struct spf_request *);
static enum dns_status ask_text(void *, const char *, struct dns_text *);
static enum dns_status ask_addresses(
    void *, const char *, int, struct ip[DNS_ADDR_MAX], size_t *);
static enum dns_status ask_exchangers(
    void *, const char *, struct dns_mx[DNS_MX_MAX], size_t *);
static enum dns_status ask_names(
    void *, const struct ip *, char[DNS_NAMES_MAX][DOMAIN_LEN + 1], size_t *);
static const char *escape(const char *, char[ESCAPED]);

struct checker *
checker_new(unsigned seconds)
{
	const struct sandbox box = {.dns = true, .seconds = seconds};
	struct checker *c = calloc(1, sizeof *c);
	int error;

	if (c != NULL && (c->library = library_new()) != NULL &&
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
	library_free(c->library);
	free(c);
}

int
check_client(const struct checker *checker, const struct spf_request *r,
    struct spf_answer *a)
{
	struct resolver resolver = {.deadline = wire_now() + r->deadline_ms};
	const struct source source = {
	    ask_text, ask_addresses, ask_exchangers, ask_names, &resolver};
	struct check *c = check_new(checker->library, &source, r);
	int result = -1, error;

	if (c != NULL && (resolver.dns = new_dns(checker, r)) != NULL) {
		check_both(c, a);
		result = 0;
	}
	error = errno;
	dns_free(resolver.dns);
	free(c);
	errno = error;
	return result;
}

int
check_with(
    const struct source *s, const struct spf_request *r, struct spf_answer *a)
{
	struct library *library = library_new();
	struct check *c = library == NULL ? NULL : check_new(library, s, r);

	if (c != NULL)
		check_both(c, a);
	free(c);
	library_free(library);
	return c == NULL ? -1 : 0;
}

static struct check *
check_new(struct library *library, const struct source *s,
    const struct spf_request *r)
{
	struct check *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->request = r;
	if (!domain_normal(r->helo, strlen(r->helo), c->helo))
		strlcpy(c->helo, r->helo, sizeof c->helo);
	c->library = library;
	c->source = s;
	return c;
}

/* RFC 7208 2.3, 2.4 */
static void
check_both(struct check *c, struct spf_answer *a)
{
	*a = (struct spf_answer){
	    .mailfrom.result = SPF_NONE, .helo.result = SPF_NONE};
	if (*c->request->sender != '\0')
		check_mailfrom(c, &a->mailfrom);
	check_helo(c, &a->helo);
	if (*c->request->sender == '\0')
		a->mailfrom = a->helo;
}

static void
check_helo(struct check *c, struct spf_finding *f)
{
	if (domain_normal(c->helo, strlen(c->helo), f->domain) &&
	    domain_is_qualified(f->domain)) {
		evaluate(c, "postmaster", f);
		return;
	}
	*f->domain = '\0';
	strlcpy(f->reason, "HELO is not a domain name", sizeof f->reason);
}

static void
check_mailfrom(struct check *c, struct spf_finding *f)
{
	const char *sender = c->request->sender, *at = strrchr(sender, '@');
	const char *domain = at == NULL ? sender : at + 1;
	char local[MAILBOX_LEN + 1] = "postmaster"; /* RFC 7208 4.3 */

	if (at != NULL && at > sender)
		strlcpy(local, sender, (size_t)(at - sender) + 1);
	if (domain_normal(domain, strlen(domain), f->domain) &&
	    domain_is_qualified(f->domain)) {
		evaluate(c, local, f);
		return;
	}
	*f->domain = '\0';
	strlcpy(f->reason, "the sender has no domain name", sizeof f->reason);
}

static void
evaluate(struct check *c, const char *local, struct spf_finding *f)
{
	c->lookup = (struct lookup){.source = c->source,
	    .names = &c->names,
	    .client = &c->request->client,
	    .helo = c->helo,
	    .local = local,
	    .sender_domain = f->domain,
	    .finding = f};
	library_evaluate(c->library, &c->lookup);
}

static struct dns *
new_dns(const struct checker *c, const struct spf_request *r)
{
	struct conf conf = {
	    .resolvers = r->resolvers.n > 0 ? r->resolvers : c->system};

	return dns_new(&conf);
}

static enum dns_status
ask_text(void *ctx, const char *name, struct dns_text *out)
{
	struct resolver *r = ctx;
	char escaped[ESCAPED];

	return dns_txt(r->dns, escape(name, escaped), r->deadline, out);
}

static enum dns_status
ask_addresses(void *ctx, const char *name, int family,
    struct ip out[DNS_ADDR_MAX], size_t *n)
{
	struct resolver *r = ctx;
	char escaped[ESCAPED];
	const struct dns_host host = {escape(name, escaped), family};

	return dns_addr_of(r->dns, &host, r->deadline, out, n);
}

static enum dns_status
ask_exchangers(
    void *ctx, const char *name, struct dns_mx out[DNS_MX_MAX], size_t *n)
{
	struct resolver *r = ctx;
	char escaped[ESCAPED];

	return dns_mx(r->dns, escape(name, escaped), r->deadline, out, n);
}

static enum dns_status
ask_names(void *ctx, const struct ip *ip,
    char out[DNS_NAMES_MAX][DOMAIN_LEN + 1], size_t *n)
{
	struct resolver *r = ctx;

	return dns_names(r->dns, ip, r->deadline, out, n);
}

/* A macro's value may have any octet in it (RFC 1035 5.1). */
static const char *
escape(const char *name, char out[ESCAPED])
{
	size_t n = 0;

	for (; *name != '\0'; name++) {
		if (*name == '\\')
			out[n++] = '\\';
		out[n++] = *name;
	}
	out[n] = '\0';
	return out;
}
