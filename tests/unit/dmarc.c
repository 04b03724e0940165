/* SPDX-License-Identifier: ISC */
/* DMARC apart from the DNS: records, the walk, alignment, the verdict. */
#include "../../libexec/mx-dkim/dmarc.h"

#include "tap.h"

struct entry {
	const char *name, *text; /* NULL: the DNS does not answer */
};

struct table { /* a DNS that knows these TXT records */
	const struct entry *entry;
	unsigned asked;
};

static struct dmarc_dns dns;
static struct table table;

static enum dns_status
answer(void *ctx, const char *name, struct dns_text *out)
{
	struct table *t = ctx;

	t->asked++;
	out->n = 0;
	for (const struct entry *e = t->entry; e->name != NULL; e++) {
		if (strcmp(e->name, name) != 0)
			continue;
		if (e->text == NULL)
			return DNS_TEMPFAIL;
		out->record[out->n].octets = e->text;
		out->record[out->n++].len = strlen(e->text);
	}
	return out->n > 0 ? DNS_FOUND : DNS_NXDOMAIN;
}

static void
use(const struct entry *entry)
{
	table = (struct table){.entry = entry};
	dns = (struct dmarc_dns){.ask = answer, .ctx = &table};
}

static void
record_is(const char *text, enum dmarc_policy p, enum dmarc_policy sp,
    enum dmarc_policy np)
{
	struct dmarc_record r;
	bool is = dmarc_record_parse(&r, text, strlen(text));

	ok(is && r.applies && r.p == p && r.sp == sp && r.np == np, "%s", text);
}

static void
record_is_none(const char *text)
{
	struct dmarc_record r;

	ok(!dmarc_record_parse(&r, text, strlen(text)), "no record: %s", text);
}

static void
records(void)
{
	enum dmarc_policy n = DMARC_POLICY_NONE, q = DMARC_POLICY_QUARANTINE,
			  j = DMARC_POLICY_REJECT;
	struct dmarc_record r;
	const char *all = "v=DMARC1; p=reject; adkim=s; aspf=S; t=y; psd=n";
	const char *const broken[] = {"v=DMARC1; p=rejekt",
	    "v=DMARC1; p=x; rua=", "v=DMARC1; p=x; rua=:x",
	    "v=DMARC1; p=x; rua=mailto:", "v=DMARC1; p=x; rua=mailto: x",
	    "v=DMARC1; p=x; rua=1a:x", "v=DMARC1; p=x; rua=a_b:x",
	    "v=DMARC1; p=x; rua=a{:x", "v=DMARC1; p=x; rua=a@:x",
	    "v=DMARC1; p=x; rua=a[:x", "v=DMARC1; p=x; rua=mailto",
	    "v=DMARC1; p=x; rua= ", "v=DMARC1; p=x; rua=x,,y",
	    "v=DMARC1; p=x; rua=a:b; rua=a:b"};

	record_is("v=DMARC1; p=reject", j, j, j);
	record_is("v=DMARC1;p=Quarantine;sp=none;", q, n, n);
	record_is("v = DMARC1 ; P = reject ; np=none", j, j, n);
	record_is("V=DMARC1; p=none; sp=quarantine; np=reject", n, q, j);
	record_is("v=DMARC1", n, n, n);
	record_is("v=DMARC1; sp=reject", n, j, j);
	record_is("v=DMARC1; rua=mailto:a@b.test; p=reject", j, j, j);
	record_is("v=DMARC1; p=rejekt; rua=mailto:a@b.test", n, n, n);
	record_is("v=DMARC1; p=reject; sp=x; rua=mailto:a@b.test", n, n, n);
	record_is("v=DMARC1; p=reject; p=none; rua=x,mailto:a@b.test", n, n, n);
	record_is("v=DMARC1; p=x; rua= \tA1+-.z:x", n, n, n);
	record_is("v=DMARC1; p=x; rua=Z:x,", n, n, n);
	record_is("v=DMARC1; p=reject; pct=0; fo=1; nonsense; =; x=y", j, j, j);
	record_is_none("");
	record_is_none("v=spf1 -all");
	record_is_none("=");
	record_is_none("x=DMARC1; p=reject");
	record_is_none("v=DMARC1x; p=reject");
	record_is_none("v=dmarc1; p=reject");
	record_is_none("p=reject; v=DMARC1");
	record_is_none("; v=DMARC1; p=reject");
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
		ok(dmarc_record_parse(&r, broken[i], strlen(broken[i])) &&
			!r.applies,
		    "a policy that is none, and nobody to tell: %s", broken[i]);
	ok(dmarc_record_parse(&r, all, strlen(all)) && r.strict_dkim &&
		r.strict_spf && r.testing && r.psd == PSD_NO,
	    "adkim, aspf, t, psd");
	all = "v=DMARC1; p=reject; adkim=x; aspf=r; t=n; psd=u; psd=y";
	ok(dmarc_record_parse(&r, all, strlen(all)) && !r.strict_dkim &&
		!r.strict_spf && !r.testing && r.psd == PSD_UNKNOWN,
	    "their defaults where they are wrong or double");
}

static void
steps(void)
{
	const char *at = "a.b.c.d.e.f.g.h.i.j.mail.example.com";

	is_str(at = dmarc_walk_next(at), "g.h.i.j.mail.example.com",
	    "a long name is cut to seven labels");
	is_str(at = dmarc_walk_next(at), "h.i.j.mail.example.com",
	    "then label by label");
	is_str(dmarc_walk_next("com"), NULL, "until none is left");
	is_str(dmarc_walk_next("1.2.3.4.5.6.7.8"), "2.3.4.5.6.7.8",
	    "eight labels lose one");
	is_str(dmarc_walk_next("0.1.2.3.4.5.6.7.8"), "2.3.4.5.6.7.8",
	    "nine labels two");
}

static void
org_is(const char *domain, const char *org, const char *name)
{
	struct dmarc_walk w;

	ok(dmarc_walk(&dns, domain, &w) == DNS_FOUND, "%s", domain);
	is_str(w.org, org, name);
}

/* The examples of RFC 9989 4.10.2 and B.4. */
static void
organizations(void)
{
	static const struct entry simple[] = {
	    {"_dmarc.mail.example.com", "v=DMARC1; p=none"},
	    {"_dmarc.example.com", "v=DMARC1; p=none"},
	    {"_dmarc.sub.nopsd.com", "v=DMARC1; p=none; psd=n"},
	    {"_dmarc.nopsd.com", "v=DMARC1; p=none"},
	    {"_dmarc.two.com", "v=DMARC1; p=none"},
	    {"_dmarc.two.com", "v=DMARC1; p=reject"}, {NULL, NULL}};
	static const struct entry psd[] = {
	    {"_dmarc.giant.bank.example", "v=DMARC1; p=reject"},
	    {"_dmarc.bank.example", "v=DMARC1; p=none; psd=y"}, {NULL, NULL}};
	struct dmarc_walk w;

	use(simple);
	org_is("a.mail.example.com", "example.com", "the shortest record");
	org_is("a.b.c.d.e.f.g.h.i.j.k.example.com", "example.com",
	    "from a deep name");
	org_is("a.sub.nopsd.com", "sub.nopsd.com", "psd=n ends the search");
	org_is("a.two.com", "a.two.com", "two records at one name are none");
	org_is("nothing.test", "nothing.test", "no record at all");
	use(psd);
	org_is("giant.bank.example", "giant.bank.example", "below psd=y");
	org_is("mail.giant.bank.example", "giant.bank.example", "further");
	org_is("mail.mega.bank.example", "mega.bank.example",
	    "without a record of its own");
	org_is("bank.example", "bank.example", "psd=y where the walk began");
	use(psd);
	dmarc_walk(&dns, "a.b.c.d.e.f.g.h.i.j.k.l.test", &w);
	is_int(table.asked, 8, "no more than eight questions");
	dmarc_walk(&dns, "a.b.c.d.e.f.g.h.i.j.k.l.test", &w);
	is_int(table.asked, 8, "and each once");
}

static struct dkim_answer verdict;

/* SPF passed for SPF, DKIM as RESULT for SIGNER (each may be ""). */
static void
judge(const char *author, const char *spf, const char *signer,
    enum dkim_result result)
{
	struct dkim_request r = {.fd = -1};
	struct from f = {.fields = 0};
	char body[256];

	snprintf(body, sizeof body, " Jo <jo@%s>", author);
	from_add(&f, body, strlen(body));
	verdict = (struct dkim_answer){.n = *signer != '\0'};
	verdict.signature[0].result = result;
	strlcpy(verdict.signature[0].domain, signer, DOMAIN_LEN);
	strlcpy(r.spf, *spf == '?' ? "temperror" : "pass", sizeof r.spf);
	strlcpy(r.spf_domain, spf + (*spf == '?'), sizeof r.spf_domain);
	dmarc_judge(&dns, &r, &f, &verdict);
}

static void
verdict_is(enum dmarc_result result, enum dmarc_policy policy, const char *name)
{
	ok(verdict.dmarc.result == result && verdict.dmarc.policy == policy,
	    "%s: %s", name, dmarc_result_name[verdict.dmarc.result]);
}

static const struct entry zone[] = {
    {"_dmarc.x.com", "v=DMARC1; p=reject; sp=quarantine; np=none"},
    {"real.x.com", "here"},
    {"_dmarc.strict.com", "v=DMARC1; p=reject; adkim=s; aspf=s"},
    {"_dmarc.evil.com", "v=DMARC1; p=none"},
    {"_dmarc.test.com", "v=DMARC1; p=reject; t=y"},
    {"_dmarc.broken.com", "v=DMARC1; p=reject; p=none"},
    {"_dmarc.psd", "v=DMARC1; p=none; sp=reject; psd=y"},
    {"_dmarc.silent.com", NULL},
    {"_dmarc.deep.x.com", NULL},
    {"_dmarc.own.x.com", "v=DMARC1; p=none; psd=n"},
    {"_dmarc.quiet.com", "v=DMARC1; p=none; t=y"},
    {"_dmarc.mute.com", "v=DMARC1; p=none; sp=reject; np=none"},
    {"gone.mute.com", NULL},
    {"_dmarc.org.psd", "v=DMARC1; p=quarantine; np=quarantine"},
    {NULL, NULL},
};

static void
alignment(void)
{
	enum dmarc_policy none = DMARC_POLICY_NONE,
			  quarantine = DMARC_POLICY_QUARANTINE,
			  reject = DMARC_POLICY_REJECT;

	use(zone);
	judge("x.com", "", "x.com", DKIM_PASS);
	verdict_is(DMARC_PASS, reject, "DKIM of the same domain");
	is_int(table.asked, 1, "asks once");
	judge("x.com", "x.com", "", DKIM_PASS);
	verdict_is(DMARC_PASS, reject, "SPF of the same domain");
	ok(verdict.dmarc.spf_aligned && !verdict.dmarc.dkim_aligned, "said so");
	judge("x.com", "", "sub.x.com", DKIM_PASS);
	verdict_is(DMARC_PASS, reject, "relaxed alignment");
	judge("real.x.com", "", "sub.x.com", DKIM_PASS);
	verdict_is(DMARC_PASS, quarantine, "of two subdomains");
	is_str(verdict.dmarc.org_domain, "x.com", "their organization");
	judge("strict.com", "sub.strict.com", "sub.strict.com", DKIM_PASS);
	verdict_is(DMARC_FAIL, reject, "strict alignment");
	use(zone);
	judge("x.com", "evil.com", "a.b.c.evil.com", DKIM_PASS);
	verdict_is(DMARC_FAIL, reject, "a stranger");
	is_int(table.asked, 2, "about whom nobody is asked");
	judge("x.com", "", "notx.com", DKIM_PASS);
	verdict_is(DMARC_FAIL, reject, "a name that ends alike");
	judge("x.com", "", "com", DKIM_PASS);
	verdict_is(DMARC_FAIL, reject, "what is above");
	judge("x.com", "", "a.own.x.com", DKIM_PASS);
	verdict_is(DMARC_FAIL, reject, "an organization below another");
	judge("x.com", "", "x.com", DKIM_FAIL);
	verdict_is(DMARC_FAIL, reject, "DKIM failed");
	judge("x.com", "", "x.com", DKIM_POLICY);
	verdict_is(DMARC_FAIL, reject, "DKIM is not acceptable");
	judge("x.com", "", "x.com", DKIM_TEMPERROR);
	verdict_is(DMARC_TEMPERROR, reject, "DKIM is not known");
	judge("x.com", "", "evil.com", DKIM_TEMPERROR);
	verdict_is(DMARC_FAIL, reject, "DKIM of a stranger is not known");
	judge("x.com", "?x.com", "", DKIM_PASS);
	verdict_is(DMARC_TEMPERROR, reject, "SPF is not known");
	judge("x.com", "", "deep.x.com", DKIM_PASS);
	verdict_is(DMARC_TEMPERROR, reject, "no answer on the way");
	judge("x.com", "x.com", "deep.x.com", DKIM_PASS);
	verdict_is(DMARC_PASS, reject, "which does not matter if SPF passed");
	judge("a.psd", "", "b.psd", DKIM_PASS);
	verdict_is(DMARC_FAIL, reject, "two below one public suffix");
	judge("a.psd", "", "mail.a.psd", DKIM_PASS);
	verdict_is(DMARC_PASS, reject, "one below a public suffix");
	judge("evil.com", "", "", DKIM_PASS);
	verdict_is(DMARC_FAIL, none, "a policy of none");
	judge("x.com", "?evil.com", "", DKIM_PASS);
	verdict_is(DMARC_FAIL, reject, "SPF of a stranger is not known");
	judge("x.com", "?deep.x.com", "", DKIM_PASS);
	verdict_is(DMARC_TEMPERROR, reject, "nor whether it is aligned");
}

static void
policies(void)
{
	use(zone);
	judge("real.x.com", "", "", DKIM_PASS);
	verdict_is(DMARC_FAIL, DMARC_POLICY_QUARANTINE, "sp");
	is_str(verdict.dmarc.policy_domain, "x.com", "and whose it is");
	judge("no.x.com", "", "", DKIM_PASS);
	verdict_is(DMARC_FAIL, DMARC_POLICY_NONE, "np");
	judge("test.com", "", "", DKIM_PASS);
	verdict_is(DMARC_FAIL, DMARC_POLICY_QUARANTINE, "t=y is one less");
	ok(verdict.dmarc.testing, "said so");
	judge("quiet.com", "", "", DKIM_PASS);
	verdict_is(DMARC_FAIL, DMARC_POLICY_NONE, "t=y of none is none");
	judge("gone.mute.com", "", "", DKIM_PASS);
	verdict_is(DMARC_TEMPERROR, DMARC_POLICY_REJECT,
	    "no answer about the name itself");
	judge("x.org.psd", "", "", DKIM_PASS);
	verdict_is(
	    DMARC_FAIL, DMARC_POLICY_QUARANTINE, "below a public suffix too");
	judge("broken.com", "broken.com", "", DKIM_PASS);
	verdict_is(DMARC_NONE, DMARC_POLICY_NONE, "a broken record");
	judge("nobody.com", "nobody.com", "", DKIM_PASS);
	verdict_is(DMARC_NONE, DMARC_POLICY_NONE, "no record");
	judge("silent.com", "silent.com", "", DKIM_PASS);
	verdict_is(DMARC_TEMPERROR, DMARC_POLICY_NONE, "no answer");
	judge("a.silent.com", "", "", DKIM_PASS);
	verdict_is(DMARC_TEMPERROR, DMARC_POLICY_NONE, "no answer above");
}

/* From has no address, or there is not one of it. */
static void
no_author(void)
{
	struct dkim_request r = {.fd = -1};
	struct from f = {.fields = 0};

	dmarc_judge(&dns, &r, &f, &verdict);
	verdict_is(DMARC_PERMERROR, DMARC_POLICY_NONE, "no From");
	from_add(&f, " Nobody:;", 9);
	dmarc_judge(&dns, &r, &f, &verdict);
	verdict_is(DMARC_PERMERROR, DMARC_POLICY_NONE, "From of nobody");
	from_add(&f, " a@x.com", 8);
	dmarc_judge(&dns, &r, &f, &verdict);
	verdict_is(DMARC_PERMERROR, DMARC_POLICY_NONE, "two From");
}

static void
authors(void)
{
	no_author();
	use(zone);
	judge("evil.com>, <a@x.com", "evil.com", "", DKIM_PASS);
	verdict_is(DMARC_FAIL, DMARC_POLICY_REJECT, "of two authors the worse");
	is_str(verdict.dmarc.from_domain, "x.com", "and who it is");
	judge("evil.com>, <a@nobody.com", "evil.com", "", DKIM_PASS);
	verdict_is(DMARC_NONE, DMARC_POLICY_NONE, "a pass is of all");
	judge("x.com>, <a@x.com", "x.com", "", DKIM_PASS);
	verdict_is(DMARC_PASS, DMARC_POLICY_REJECT, "two of one domain");
	judge("a.com>, <a@b.com>, <a@c.com>, <a@d.com>, <a@e.com", "", "",
	    DKIM_PASS);
	verdict_is(DMARC_PERMERROR, DMARC_POLICY_NONE, "five domains");
}

int
main(void)
{
	records();
	steps();
	organizations();
	alignment();
	policies();
	authors();
	return done();
}
