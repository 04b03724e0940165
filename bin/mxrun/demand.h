/* SPDX-License-Identifier: ISC */
/*
 * What a session to each target of a route has to be before mail goes over it,
 * and who says so: the domain's DNS (DANE), its web server (MTA-STS), or our
 * settings alone.
 */
#ifndef DEMAND_H
#define DEMAND_H

#include "dns.h"
#include "job.h"
#include "route.h"
#include "stsfind.h"

enum tls_basis { /* RFC 8460 4.2, policy-type */
	BASIS_NONE,
	BASIS_TLSA,
	BASIS_STS
};
extern const char *const tls_basis_name[];

struct demand {
	struct demand_of {
		char host[SEND_HOST]; /* as send_answer has it */
		enum tls_basis basis;
	} of[SEND_TARGETS]; /* of the route, target by target */
	size_t n;
	bool sts_asked;
	struct sts_found sts; /* once asked for */
};

struct tally_tls;

struct demand_question {
	const struct conf *conf;
	const struct job *job;
	struct dns *dns;
	int64_t deadline; /* wire_now(); of all look-ups */
	struct tally_tls *tally;
};

/*
 * Fills in what the targets of R have to be, and takes those out of it that
 * may not be used.  False: none is left, and its reason says why.
 */
bool demand_make(
    struct demand *, const struct demand_question *, struct route *);
void demand_free(struct demand *, struct route *);
/* Of a host as an answer names it. */
enum tls_basis demand_basis(const struct demand *, const char *host);
/* The session is as good as the domain's setting wants it. */
bool demand_is_met(const struct job *, const struct send_secured *);

#endif
