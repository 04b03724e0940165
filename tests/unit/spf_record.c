/* SPDX-License-Identifier: ISC */
/* SPF records: what is well formed, what macros become, what libspf2 sees. */
#include "../../libexec/mx-spf/record.h"

#include "../../libexec/mx-spf/canon.h"
#include "../../libexec/mx-spf/macro.h"
#include "tap.h"

/* What is wrong with a record, "" if nothing is. */
static const char *
wrong(const char *text)
{
	struct term bad;

	if (record_check(text, strlen(text), &bad))
		return "";
	return bad.wrong;
}

static void
good(const char *text)
{
	is_str(wrong(text), "", text);
}

static void
bad(const char *text, const char *why)
{
	is_str(wrong(text), why, text);
}

static void
versions(void)
{
	ok(record_is_spf("v=spf1", 6) && record_is_spf("V=SpF1 a", 8),
	    "records of SPF");
	ok(!record_is_spf("v=spf10", 7) && !record_is_spf("v=spf1\ta", 8) &&
		!record_is_spf("v=spf", 5) && !record_is_spf("", 0) &&
		!record_is_spf(" v=spf1", 7),
	    "others");
}

static void
well_formed(void)
{
	good("v=spf1");
	good("v=spf1   -all   ");
	good("v=spf1 A MX pTr +a ?mx ~ptr -ALL");
	good("v=spf1 a/24 mx//64 a/0//0 mx/32//128 a:e.test/8 a:e.test//8");
	good("v=spf1 a:a.e-f.test a:x.test. a:_u.test a:a..test a:x:y/z.test");
	good("v=spf1 ip4:192.0.2.1 ip4:0.0.0.0/0 ip6:::/0 ip6:2001:db8::/32");
	good("v=spf1 include:%{d} exists:%{ir}.%{v}.x.test redirect=a.test");
	good("v=spf1 exists:%{l1r.-+,/_=}.a.test exists:a%%%_%-.%{H}");
	good("v=spf1 exp=%{d2}.test x=%{c} y.z-1_=%{r}%{t} z=");
	good("v=spf1 a:%{d}/24 a:%{d}//64 exists:.test exists:%%");
}

static const char value[] = "it lacks a value",
		  taken[] = "it takes no such value",
		  no_mechanism[] = "no such mechanism",
		  prefix[] = "no such prefix length",
		  address[] = "no such address", macro[] = "malformed macro",
		  no_name[] = "no domain name",
		  octet[] = "an octet that no record has";

static void
malformed_terms(void)
{
	bad("v=spf1 -", no_mechanism);
	bad("v=spf1 --all", no_mechanism);
	bad("v=spf1 -all.", no_mechanism);
	bad("v=spf1 al", no_mechanism);
	bad("v=spf1 redirect:a.test", no_mechanism);
	bad("v=spf1 +redirect=a.test", no_mechanism);
	bad("v=spf1 =a", no_mechanism);
	bad("v=spf1 1x=a", no_mechanism);
	bad("v=spf1 all:a.test", taken);
	bad("v=spf1 all/8", taken);
	bad("v=spf1 a/", taken);
	bad("v=spf1 ptr/8", taken);
	bad("v=spf1 include", value);
	bad("v=spf1 include:", value);
	bad("v=spf1 a:", value);
	bad("v=spf1 a:/8", value);
	bad("v=spf1 redirect=", value);
	bad("v=spf1 exists", value);
	bad("v=spf1 ip4", value);
}

static void
malformed_networks(void)
{
	bad("v=spf1 ip4:", address);
	bad("v=spf1 ip4:192.0.2", address);
	bad("v=spf1 ip4:192.0.2.1:25", address);
	bad("v=spf1 ip4:::1", address);
	bad("v=spf1 ip6:192.0.2.1", address);
	bad("v=spf1 ip6:::1::", address);
	bad("v=spf1 ip4:192.0.2.1/", prefix);
	bad("v=spf1 ip4:192.0.2.1/33", prefix);
	bad("v=spf1 ip4:192.0.2.1/032", prefix);
	bad("v=spf1 ip4:192.0.2.1//32", prefix);
	bad("v=spf1 ip4:192.0.2.1/4294967297", prefix);
	bad("v=spf1 ip6:::1/129", prefix);
	bad("v=spf1 a/33", prefix);
	bad("v=spf1 a/00", prefix);
	bad("v=spf1 a//129", prefix);
	bad("v=spf1 a//4294967297", prefix);
	bad("v=spf1 a/24/64", prefix);
	bad("v=spf1 a/33//64", prefix);
	bad("v=spf1 a///64", taken);
}

static void
malformed_names(void)
{
	bad("v=spf1 a:e.test/24/24", no_name);
	bad("v=spf1 a:test", no_name);
	bad("v=spf1 a:test.", no_name);
	bad("v=spf1 a:192.0.2.1", no_name);
	bad("v=spf1 a:e.-test", no_name);
	bad("v=spf1 a:e.test-", no_name);
	bad("v=spf1 a:e.test..", no_name);
	bad("v=spf1 a:%{d}test", no_name);
	bad("v=spf1 include:e.test/24", no_name);
	bad("v=spf1 exists:%{i}/24", no_name);
	bad("v=spf1 exp=-all", no_name);
	bad("v=spf1 a:%", macro);
	bad("v=spf1 a:%{", macro);
	bad("v=spf1 a:%{d", macro);
	bad("v=spf1 a:%{}.test", macro);
	bad("v=spf1 a:%{x}.test", macro);
	bad("v=spf1 a:%{d0}.test", macro);
	bad("v=spf1 a:%{dr2}.test", macro);
	bad("v=spf1 a:%{d;}.test", macro);
	bad("v=spf1 a:%(d).test", macro);
	bad("v=spf1 a:%{c}.test", macro);
	bad("v=spf1 exp=%{r}.test", macro);
	bad("v=spf1 x=%a", macro);
	bad("v=spf1 a\tmx", octet);
	bad("v=spf1 x=\x80", octet);
	bad("v=spf1 a:e.test\r\n", octet);
	bad("v=spf1 exp=a.test exp=a.test", "it is there twice");
	bad("v=spf1 redirect=a.test -all ReDirect=a.test", "it is there twice");
	bad("v=spf1 -all moo", no_mechanism);
}

static void
terms(void)
{
	static const char text[] =
	    "v=spf1 ~mx:a.test/24//64 ip6:2001:db8::/32 x=y";
	size_t at = 0;
	struct term t;

	ok(record_next(text, strlen(text), &at, &t) && t.kind == TERM_MX &&
		t.qualifier == '~' && t.domain_len == 6 && t.bits4 == 24 &&
		t.bits6 == 64 && term_asks(&t),
	    "a mechanism");
	ok(record_next(text, strlen(text), &at, &t) && t.kind == TERM_IP6 &&
		t.qualifier == '+' && t.bits6 == 32 &&
		t.ip.family == AF_INET6 && !term_asks(&t),
	    "a network");
	ok(record_next(text, strlen(text), &at, &t) &&
		t.kind == TERM_MODIFIER && t.len == 3,
	    "a modifier");
	ok(!record_next(text, strlen(text), &at, &t), "and no more");
}

static struct ip four, six;
static struct macro_values values = {.local = "strong-bad",
    .sender_domain = "email.example.com",
    .domain = "email.example.com",
    .helo = "host.test",
    .validated = "mx.example.org",
    .client = &four};

static void
becomes(const char *spec, const char *want)
{
	char name[DOMAIN_LEN + 1];

	if (want == NULL)
		ok(!macro_expand(&values, spec, strlen(spec), name), "%s",
		    spec);
	else if (macro_expand(&values, spec, strlen(spec), name))
		is_str(name, want, spec);
	else
		ok(false, "%s", spec);
}

/* RFC 7208 7.4 */
static void
macros(void)
{
	becomes("%{s}", "strong-bad@email.example.com");
	becomes("%{o}", "email.example.com");
	becomes("%{d}", "email.example.com");
	becomes("%{d4}", "email.example.com");
	becomes("%{d3}", "email.example.com");
	becomes("%{d2}", "example.com");
	becomes("%{d1}", "com");
	becomes("%{dr}", "com.example.email");
	becomes("%{d2r}", "example.email");
	becomes("%{l}", "strong-bad");
	becomes("%{l-}", "strong.bad");
	becomes("%{lr}", "strong-bad");
	becomes("%{lr-}", "bad.strong");
	becomes("%{l1r-}", "strong");
	becomes("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com");
	becomes("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}",
	    "bad.strong.lp.3.2.0.192.in-addr._spf.example.com");
	becomes("%{d2}.trusted-domains.example.net",
	    "example.com.trusted-domains.example.net");
	values.client = &six;
	becomes("%{ir}.%{v}._spf.%{d2}",
	    "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
	    "ip6._spf.example.com");
	values.client = &four;
	becomes("%{p}.%{h}", "mx.example.org.host.test");
	becomes("a%%b%_c%-d.test", "a%b c%20d.test");
	becomes("a.test.", "a.test");
	becomes("%{d99999999999}", "email.example.com");
	becomes("a..test", NULL);
	becomes(".test", NULL);
	becomes("%{d}.", "email.example.com");
	ok(macro_wants_name("a.%{P2}", 7) && !macro_wants_name("p.%%{p", 6),
	    "who wants a name");
}

static void
long_names(void)
{
	char label[80], spec[4096] = "", domain[DOMAIN_LEN + 1];

	memset(label, 'a', 63);
	memcpy(label + 63, ".test", sizeof ".test");
	becomes(label, label);
	memset(label, 'a', 64);
	memcpy(label + 64, ".test", sizeof ".test");
	becomes(label, NULL);
	for (int i = 0; i < 400; i++)
		strlcat(spec, "%{o}.", sizeof spec);
	ok(macro_expand(&values, spec, strlen(spec), domain) &&
		strlen(domain) == 14 * 18 - 1,
	    "labels are dropped from the left");
	is_str(domain + strlen(domain) - 11, "example.com", "not the right");
}

static void
escapes(void)
{
	values.local = "~jack&jill=up-a_b3.c";
	becomes("%{L}.test", "~jack%26jill%3Dup-a_b3.c.test");
	becomes("%{l}.test", "~jack&jill=up-a_b3.c.test");
	values.local = "j\xc3\xb6";
	becomes("%{l}.test", NULL);
	becomes("%{s}", NULL);
	becomes("%{o}", "email.example.com");
	values.local = "strong-bad";
}

static void
shown(const struct ip *client, const char *record, const char *want)
{
	const struct canon_input in = {.record = record,
	    .len = strlen(record),
	    .number = 3,
	    .client = client};
	struct canon c;
	unsigned n = 0;

	canon_write(&c, &in);
	is_str(c.text, want, record);
	for (const char *p = c.text; *p != '\0'; p++)
		n += *p == ' ';
	is_int(c.terms, n, "so many terms");
}

static void
canonical(void)
{
	shown(&four, "v=spf1", "v=spf1 exists:t3-6-0.spf");
	shown(&four, "v=SPF1  ?A:%{d}/24//64 x=y -all a",
	    "v=spf1 ?a:t3-8-0.spf/24 exists:t3-27-0.spf -all");
	shown(&six, "v=spf1 a:x.test/24//64 mx//0",
	    "v=spf1 +a:t3-7-0.spf//64 +mx:t3-23-0.spf//128 "
	    "exists:t3-28-0.spf");
	shown(&four, "v=spf1 ip4:198.51.100.0/24 ip6::: ~ip4:192.0.2.0/24 mx",
	    "v=spf1 exists:t3-34-0.spf ~ip4:192.0.2.3");
	shown(&six, "v=spf1 ip4:0.0.0.0/0 ip6:2001:db8::/32",
	    "v=spf1 exists:t3-21-0.spf +ip6:2001:db8::cb01");
	shown(&six, "v=spf1 ip6:::ffff:192.0.2.3 ip6:::ffff:0:0/0",
	    "v=spf1 exists:t3-44-0.spf");
	shown(&four, "v=spf1 redirect=a.test -ptr exp=a.test exists:%{i}.test",
	    "v=spf1 -exists:t3-23-0.spf +exists:t3-39-0.spf "
	    "exists:t3-55-0.spf redirect=t3-7-0.spf");
	shown(&four, "v=spf1 a a a a a a a a a a a a a -all",
	    "v=spf1 +a:t3-7-0.spf/32 +a:t3-9-0.spf/32 +a:t3-11-0.spf/32 "
	    "+a:t3-13-0.spf/32 +a:t3-15-0.spf/32 +a:t3-17-0.spf/32 "
	    "+a:t3-19-0.spf/32 +a:t3-21-0.spf/32 +a:t3-23-0.spf/32 "
	    "+a:t3-25-0.spf/32 +a:t3-27-0.spf/32");
}

static void
tokens(void)
{
	static const char *const none[] = {"", "t", "t1-2-3", "t1-2-3.spf.",
	    "t1--3.spf", "t-1-2.spf", "t1-2.spf", "x1-2-3.spf",
	    "t123456789-2-3.spf", "4.3.2.1.in-addr.arpa"};
	struct token t = {.record = 10, .offset = 16383, .host = 10};
	char text[TOKEN_LEN];

	token_format(&t, text);
	is_str(text, "t10-16383-10.spf", "a token");
	t = (struct token){.record = 0};
	ok(token_parse(&t, text) && t.record == 10 && t.offset == 16383 &&
		t.host == 10,
	    "is read");
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		ok(!token_parse(&t, none[i]), "no token: <%s>", none[i]);
}

int
main(void)
{
	if (!ip_parse(&four, "192.0.2.3", 9) ||
	    !ip_parse(&six, "2001:db8::cb01", 14))
		return 99;
	versions();
	well_formed();
	malformed_terms();
	malformed_networks();
	malformed_names();
	terms();
	macros();
	long_names();
	escapes();
	canonical();
	tokens();
	return done();
}
