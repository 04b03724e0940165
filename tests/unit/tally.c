/* SPDX-License-Identifier: ISC */
/* What is counted of TLS, under which policy; and whose word on a domain's
 * hosts is good enough for REQUIRETLS. */
#include "../../bin/mxrun/tally.h"

#include <string.h>

#include "tap.h"

static struct route route;
static struct demand demand;
static struct tally_tls tally = {.route = &route, .demand = &demand};

static void
note(enum tls_basis basis, const char *host, const char *failure)
{
	tally_note(&tally,
	    &(struct tls_result){.domain = "b.test",
		.basis = basis,
		.host = host,
		.failure = failure,
		.why = "because",
		.up = *failure == '\0'});
}

static void
counts(void)
{
	const struct tlsrpt_row *r = tally.row;

	note(BASIS_NONE, "mx.b.test [192.0.2.1]", "");
	note(BASIS_NONE, "mx.b.test [192.0.2.1]", "");
	ok(tally.n == 1 && r->sessions == 2, "two of a kind are one row");
	is_str(r->policy, "no-policy-found", "no policy");
	is_str(r->policy_domain, "b.test", "of the domain");
	is_str(r->host, "mx.b.test", "the host");
	is_str(r->ip, "192.0.2.1", "its address");
	is_str(r->reason, "", "nothing went wrong");
	r++;
	note(BASIS_TLSA, "mx.b.test [IPv6:2001:db8::1]", "tlsa-invalid");
	is_str(r->ip, "2001:db8::1", "IPv6");
	is_str(r->policy_domain, "base.test", "DANE: its base domain");
	is_str(r->policy_text, "3 1 1 aa\n", "DANE: its records");
	is_str(r->reason, "because", "why it failed");
	r++;
	note(BASIS_STS, "mta-sts.b.test", "sts-policy-fetch-error");
	ok(r->ip[0] == '\0' && r->policy_text[0] == '\0',
	    "MTA-STS: no policy, no address");
	r++;
	demand.sts.has = true;
	demand.sts.policy = (struct sts_policy){
	    .mode = STS_ENFORCE, .max_age = 9, .n = 1, .mx = {"*.b.test"}};
	note(BASIS_STS, "mx.b.test [192.0.2.1]", "");
	is_str(r->policy_text,
	    "version: STSv1\nmode: enforce\nmax_age: 9\nmx: *.b.test\n",
	    "MTA-STS: its lines");
	tally_note(&tally,
	    &(struct tls_result){
		.domain = "b.test", .host = "", .failure = ""});
	ok(tally.n == 4, "a session in clear is none");
	tally_note(NULL, &(struct tls_result){.failure = "", .up = true});
	for (char c = 'a'; c <= 'z'; c++)
		note(BASIS_NONE, (char[]){c, '\0'}, "");
	ok(tally.n == TALLY_ROWS, "there is an end to it");
}

static void
sure(void)
{
	struct send_target *t = &route.target[0];

	demand.of[0].basis = BASIS_NONE;
	t->tls = SEND_TLS_VERIFY;
	ok(!outbound_is_sure(&route, &demand), "MX hosts of just any DNS");
	route.secure = true;
	ok(outbound_is_sure(&route, &demand), "those that DNSSEC vouches for");
	route.secure = false;
	route.named = true;
	ok(outbound_is_sure(&route, &demand), "that the row names");
	route.named = false;
	demand.of[0].basis = BASIS_STS;
	ok(outbound_is_sure(&route, &demand), "that a policy names");
	t->lenient = true;
	ok(!outbound_is_sure(&route, &demand), "but not one that only tests");
	t->lenient = false;
	t->tls = SEND_TLS_ENCRYPT;
	ok(!outbound_is_sure(&route, &demand), "nor where none is verified");
	route.n = 0;
	ok(!outbound_is_sure(&route, &demand), "nor none at all");
}

int
main(void)
{
	route.n = 1;
	route.target[0].tlsa = "3 1 1 aa\n";
	strlcpy(route.target[0].host, "mx.b.test", sizeof route.target[0].host);
	strlcpy(route.target[0].base, "base.test", sizeof route.target[0].base);
	counts();
	sure();
	return done();
}
