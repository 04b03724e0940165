/* SPDX-License-Identifier: ISC */
/* SPF of a client, by a DNS that is a table: limits, names, what goes wrong. */
#include "../../libexec/mx-spf/check.h"

#include "tap.h"

struct row { /* VALUE NULL: the DNS does not answer */
	const char *name, *type, *value;
};

static const struct row zone[] = {
    {"plain.test", "TXT", "v=spf1 ip4:192.0.2.0/24 -all"},
    {"two.test", "TXT", "v=spf1 -all"}, {"two.test", "TXT", "v=spf1 ?all"},
    {"other.test", "TXT", "just a text"}, {"silent.test", "TXT", NULL},
    {"none.test", "TXT", "v=spf1 include:missing.test -all"},
    {"away.test", "TXT", "v=spf1 redirect=missing.test"},
    {"noname.test", "TXT", "v=spf1 include:%{l}..test -all"},
    {"a-noname.test", "TXT", "v=spf1 a:%{l}..test ~all"},
    {"mx-noname.test", "TXT", "v=spf1 mx:%{l}..test ~all"},
    {"ptr-noname.test", "TXT", "v=spf1 ptr:%{l}..test ~all"},
    {"nul.test", "TXT", "v=spf1 +all\x01"},
    {"long.test", "TXT",
	"v=spf1 "
	"a:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx!/99"},
    {"self.test", "TXT", "v=spf1 include:self.test"},
    {"many.test", "TXT",
	"v=spf1 exists:plain.test exists:plain.test exists:plain.test"
	" exists:plain.test exists:plain.test exists:plain.test"
	" exists:plain.test exists:plain.test exists:plain.test"
	" exists:plain.test a:plain.test -all"},
    {"manyptr.test", "TXT",
	"v=spf1 a:host.test a:host.test a:host.test a:host.test a:host.test"
	" a:host.test a:host.test a:host.test a:host.test a:host.test ptr"
	" -all"},
    {"manymx.test", "TXT",
	"v=spf1 a:host.test a:host.test a:host.test a:host.test a:host.test"
	" a:host.test a:host.test a:host.test a:host.test a:host.test mx"
	" -all"},
    {"void.test", "TXT",
	"v=spf1 a:v1.test a:v2.test a:v3.test ip4:192.0.2.9 -all"},
    {"host.test", "A", "192.0.2.77"}, {"host.test", "A", "2001:db8::77"},
    {"plain.test", "A", "198.51.100.1"}, {"plain.test", "MX", "host.test"},
    {"mx.test", "TXT", "v=spf1 mx:plain.test -all"},
    {"mxsilent.test", "TXT", "v=spf1 mx:silent.test -all"},
    {"silent.test", "MX", NULL}, {"silent.test", "A", NULL},
    {"asilent.test", "TXT", "v=spf1 a:silent.test -all"},
    {"wide.test", "TXT", "v=spf1 a:host.test/0//0 -all"},
    {"null.test", "MX", ""}, {"nullmx.test", "TXT", "v=spf1 mx:null.test -all"},
    {"crowd.test", "TXT", "v=spf1 mx:crowd.test -all"},
    {"crowd.test", "MX", "1"}, {"crowd.test", "MX", "2"},
    {"crowd.test", "MX", "3"}, {"crowd.test", "MX", "4"},
    {"crowd.test", "MX", "5"}, {"crowd.test", "MX", "6"},
    {"crowd.test", "MX", "7"}, {"crowd.test", "MX", "8"},
    {"crowd.test", "MX", "9"}, {"crowd.test", "MX", "10"},
    {"crowd.test", "MX", "11"}, {"ptr.test", "TXT", "v=spf1 ptr -all"},
    {"ptrof.test", "TXT", "v=spf1 ptr:example.test -all"},
    {"p.test", "TXT", "v=spf1 exists:%{p}.seen.test -all"},
    {"192.0.2.10", "PTR", "mail.ptr.test"},
    {"mail.ptr.test", "A", "192.0.2.10"}, {"192.0.2.11", "PTR", "liar.test"},
    {"liar.test", "A", "192.0.2.99"}, {"192.0.2.12", "PTR", "silent.test"},
    {"192.0.2.13", "PTR", "notptr.test"}, {"notptr.test", "A", "192.0.2.13"},
    {"192.0.2.14", "PTR", "other.test"}, {"192.0.2.14", "PTR", "x.p.test"},
    {"192.0.2.14", "PTR", "y.p.test"}, {"192.0.2.14", "PTR", "P.test"},
    {"other.test", "A", "192.0.2.14"}, {"x.p.test", "A", "192.0.2.14"},
    {"y.p.test", "A", "192.0.2.14"}, {"P.test", "A", "192.0.2.14"},
    {"192.0.2.15", "PTR", "other.test"}, {"other.test", "A", "192.0.2.15"},
    {"192.0.2.16", "PTR", "x.p.test"}, {"x.p.test", "A", "192.0.2.16"},
    {"P.test.seen.test", "A", "127.0.0.2"},
    {"x.p.test.seen.test", "A", "127.0.0.2"},
    {"unknown.seen.test", "A", "127.0.0.2"},
    {"deep.test", "TXT", "v=spf1 include:mid.test -all"},
    {"mid.test", "TXT", "v=spf1 redirect=low.test"},
    {"low.test", "TXT", "v=spf1 a:host.test"},
    {"neutral.test", "TXT", "v=spf1"}, {NULL, NULL, NULL}};

/* The next row of NAME and TYPE from R on; NULL: none. */
static const struct row *
next(const struct row *r, const char *name, const char *type)
{
	for (; r->name != NULL; r++) {
		if (strcmp(r->name, name) == 0 && strcmp(r->type, type) == 0)
			return r;
	}
	return NULL;
}

#define EACH(r, name, type)                                             \
	for (const struct row *r = next(zone, name, type); (r) != NULL; \
	     (r) = next((r) + 1, name, type))

static enum dns_status
ask_text(void *ctx, const char *name, struct dns_text *out)
{
	(void)ctx;
	out->n = 0;
	EACH(r, name, "TXT")
	{
		if (r->value == NULL)
			return DNS_TEMPFAIL;
		out->record[out->n].octets = r->value;
		out->record[out->n++].len = strlen(r->value);
	}
	return out->n > 0 ? DNS_FOUND : DNS_NXDOMAIN;
}

static enum dns_status
ask_addresses(void *ctx, const char *name, int family,
    struct ip out[DNS_ADDR_MAX], size_t *n)
{
	(void)ctx;
	*n = 0;
	EACH(r, name, "A")
	{
		if (r->value == NULL)
			return DNS_TEMPFAIL;
		if (ip_parse(&out[*n], r->value, strlen(r->value)) &&
		    out[*n].family == family)
			++*n;
	}
	return *n > 0 ? DNS_FOUND : DNS_NODATA;
}

static enum dns_status
ask_exchangers(
    void *ctx, const char *name, struct dns_mx out[DNS_MX_MAX], size_t *n)
{
	(void)ctx;
	*n = 0;
	EACH(r, name, "MX")
	{
		if (r->value == NULL)
			return DNS_TEMPFAIL;
		strlcpy(out[*n].host, r->value, sizeof out[*n].host);
		++*n;
	}
	return *n > 0 ? DNS_FOUND : DNS_NODATA;
}

static enum dns_status
ask_names(void *ctx, const struct ip *ip,
    char out[DNS_NAMES_MAX][DOMAIN_LEN + 1], size_t *n)
{
	char text[IP_TEXT];

	(void)ctx;
	*n = 0;
	ip_format(ip, text);
	EACH(r, text, "PTR")
	strlcpy(out[(*n)++], r->value, DOMAIN_LEN + 1);
	return *n > 0 ? DNS_FOUND : DNS_NXDOMAIN;
}

static struct spf_answer answer;

static void
check(const char *client, const char *sender, const char *helo)
{
	static const struct source source = {
	    ask_text, ask_addresses, ask_exchangers, ask_names, NULL};
	struct spf_request r = {.deadline_ms = 1000};

	strlcpy(r.helo, helo, sizeof r.helo);
	strlcpy(r.sender, sender, sizeof r.sender);
	if (!ip_parse(&r.client, client, strlen(client)) ||
	    check_with(&source, &r, &answer) == -1)
		ok(false, "%s can be checked", client);
}

static void
is(const char *client, const char *domain, enum spf_result want,
    const char *reason)
{
	char sender[64];

	snprintf(sender, sizeof sender, "a@%s", domain);
	check(client, sender, "[192.0.2.1]");
	ok(answer.mailfrom.result == want &&
		strstr(answer.mailfrom.reason, reason) != NULL,
	    "%s of %s: %s (%s)", client, domain,
	    spf_result_name[answer.mailfrom.result], answer.mailfrom.reason);
}

static void
records(void)
{
	is("192.0.2.1", "plain.test", SPF_PASS, "ip4:192.0.2.0/24");
	is("198.51.100.1", "plain.test", SPF_FAIL, "-all");
	is("192.0.2.1", "missing.test", SPF_NONE, "");
	is("192.0.2.1", "other.test", SPF_NONE, "");
	is("192.0.2.1", "two.test", SPF_PERMERROR, "more than one");
	is("192.0.2.1", "silent.test", SPF_TEMPERROR, "no answer");
	is("192.0.2.1", "nul.test", SPF_PERMERROR, "?");
	is("192.0.2.1", "long.test", SPF_PERMERROR, "xxx");
	is("192.0.2.1", "none.test", SPF_PERMERROR, "missing.test");
	is("192.0.2.1", "away.test", SPF_PERMERROR, "missing.test");
	is("192.0.2.1", "noname.test", SPF_PERMERROR, "no domain name");
	is("192.0.2.1", "neutral.test", SPF_NEUTRAL, "no mechanism matched");
	is("192.0.2.77", "deep.test", SPF_PASS, "by include:mid.test");
}

static void
terms(void)
{
	is("192.0.2.1", "a-noname.test", SPF_SOFTFAIL, "~all");
	is("192.0.2.1", "mx-noname.test", SPF_SOFTFAIL, "~all");
	is("192.0.2.1", "ptr-noname.test", SPF_SOFTFAIL, "~all");
	is("192.0.2.77", "mx.test", SPF_PASS, "mx:plain.test");
	is("2001:db8::77", "mx.test", SPF_PASS, "mx:plain.test");
	is("192.0.2.78", "mx.test", SPF_FAIL, "-all");
	is("192.0.2.1", "mxsilent.test", SPF_TEMPERROR, "MX of silent.test");
	is("192.0.2.1", "asilent.test", SPF_TEMPERROR, "address of silent");
	is("192.0.2.1", "nullmx.test", SPF_FAIL, "-all");
	is("203.0.113.1", "wide.test", SPF_PASS, "a:host.test/0");
	is("2001:db8:1::1", "wide.test", SPF_PASS, "a:host.test/0");
}

static void
limits(void)
{
	is("192.0.2.1", "self.test", SPF_PERMERROR, "more than 10 terms");
	is("192.0.2.1", "many.test", SPF_PASS, "exists:plain.test");
	is("192.0.2.1", "manyptr.test", SPF_PERMERROR, "more than 10 terms");
	is("192.0.2.1", "manymx.test", SPF_PERMERROR, "more than 10 terms");
	is("192.0.2.9", "void.test", SPF_PERMERROR, "more than 2 terms");
	is("192.0.2.1", "crowd.test", SPF_PERMERROR, "more than 10 exchangers");
}

static void
names(void)
{
	is("192.0.2.10", "ptr.test", SPF_PASS, "ptr");
	is("192.0.2.11", "ptr.test", SPF_FAIL, "-all");
	is("192.0.2.12", "ptr.test", SPF_FAIL, "-all");
	is("192.0.2.13", "ptr.test", SPF_FAIL, "-all");
	is("192.0.2.20", "ptr.test", SPF_FAIL, "-all");
	is("192.0.2.13", "ptrof.test", SPF_FAIL, "-all");
	is("192.0.2.14", "p.test", SPF_PASS, "exists");
	is("192.0.2.16", "p.test", SPF_PASS, "exists");
	is("192.0.2.15", "p.test", SPF_FAIL, "-all");
	is("192.0.2.20", "p.test", SPF_PASS, "exists");
}

static void
identities(void)
{
	check("192.0.2.1", "", "plain.test");
	ok(answer.mailfrom.result == SPF_PASS && answer.helo.result == SPF_PASS,
	    "of no sender HELO is asked");
	check("192.0.2.1", "plain.test", "other");
	ok(answer.mailfrom.result == SPF_PASS && answer.helo.result == SPF_NONE,
	    "a sender without an at sign is a domain");
	is_str(answer.helo.reason, "HELO is not a domain name", "a bare HELO");
	check("192.0.2.1", "@plain.test", "..");
	is_int(answer.mailfrom.result, SPF_PASS, "one without a local part");
	check("192.0.2.1", "a@localhost", "\xff.test");
	ok(answer.mailfrom.result == SPF_NONE &&
		*answer.mailfrom.domain == '\0',
	    "one without a domain: %s", answer.mailfrom.reason);
	check("192.0.2.1", "a@[192.0.2.1]", "x");
	is_int(answer.mailfrom.result, SPF_NONE, "an address literal");
}

int
main(void)
{
	records();
	terms();
	limits();
	names();
	identities();
	return done();
}
