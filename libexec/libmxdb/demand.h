/* SPDX-License-Identifier: ISC */
/*
 * What a session to each target of a route has to be before mail goes over it,
 * and who says so: the domain's DNS (DANE), its web server (MTA-STS), or our
 * settings alone.
 */
#ifndef DEMAND_H
#define DEMAND_H

#include "dns.h"
#include "route.h"
#include "stsfind.h"

enum tls_wish { /* setting tls (mx-schema(5)): what a primary has to be */
	WISH_NONE,
	WISH_MAY,
	WISH_ENCRYPT,
	WISH_VERIFY,
	WISH_DANE,
	WISH_STS
};

enum tls_basis { /* RFC 8460 4.2, policy-type */
	BASIS_NONE,
	BASIS_TLSA,
	BASIS_STS
};
extern const char *const tls_basis_name[];

struct demand {
	enum tls_wish wish;
	struct demand_of {
		char host[SEND_HOST]; /* as send_answer has it */
		enum tls_basis basis;
	} of[SEND_TARGETS]; /* of the route, target by target */
	size_t n;
	bool published; /* by the domain, beyond what the setting wants */
	bool sts_asked;
	struct sts_found sts; /* once asked for */
};

struct demand_failure { /* a demand that could not be found out, or met */
	enum tls_basis basis;
	const char *host; /* a name alone */
	const char *type; /* its result-type (RFC 8460 4.3) */
	const char *why;
};

struct demand_question {
	const struct conf *conf;
	const char *domain; /* inner form, or an address literal */
	enum tls_wish wish;
	struct dns *dns;
	int64_t deadline; /* wire_now(); of all look-ups */
	/* MTA-STS as far as a policy is there; NULL: it may be fetched */
	struct state_db *known;
	void (*tell)(void *ctx, const struct demand_failure *); /* or NULL */
	void *ctx;
};

/* False: it is none of them. */
bool tls_wish_parse(const char *, enum tls_wish *);

/*
 * Fills in what the targets of R have to be, and takes those out of it that
 * may not be used.  False: none is left, and its reason says why.
 */
bool demand_make(
    struct demand *, const struct demand_question *, struct route *);
void demand_free(struct demand *, struct route *);
/*
 * For mail whose sender does not care (RFC 8689 4.2.2): of R's targets, as they
 * were found, no more is demanded than WISH does by itself.  What an admin has
 * set is not the domain's to publish, nor the sender's to waive.
 */
void demand_waive(enum tls_wish wish, struct route *r);
/* Of a host as an answer names it; of NULL, nobody demands anything. */
enum tls_basis demand_basis(const struct demand *, const char *host);
/* Of a session that is open: it is as good as the setting wants it, or its
 * reply says why not. */
bool demand_check(const struct demand *, struct send_answer *);

#endif
