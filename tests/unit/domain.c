/* SPDX-License-Identifier: ISC */
/* Domain names and addresses. */
#include "domain.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "ip.h"
#include "tap.h"

static void
normal(const char *in, const char *want)
{
	char out[DOMAIN_LEN + 1];
	bool good = domain_normal(in, strlen(in), out);

	if (want == NULL)
		ok(!good, "%s is no domain", in);
	else
		is_str(good ? out : NULL, want, in);
}

static void
test_normal(void)
{
	char in[300], out[DOMAIN_LEN + 1];

	normal("Example.COM", "example.com");
	normal("example.com.", "example.com");
	normal("a-b.1c.example", "a-b.1c.example");
	normal("xn--bcher-kva.example", "xn--bcher-kva.example");
	normal("b\xc3\xbc"
	       "cher.example",
	    "xn--bcher-kva.example");
	normal("stra\xc3\x9f"
	       "e.example",
	    "xn--strae-oqa.example");
	normal("", NULL);
	normal(".", NULL);
	normal("a..b", NULL);
	normal(".a", NULL);
	normal("a.b..", NULL);
	normal("-a.b", NULL);
	normal("a-.b", NULL);
	normal("a.b-", NULL);
	normal("a_b.c", NULL);
	normal("a b.c", NULL);
	normal("\xff.c", NULL);
	normal("\xe2\x80\x8b.c", NULL); /* zero width space */
	ok(!domain_normal("a\0b", 3, out), "NUL");
	for (int i = 0; i < 300; i++)
		in[i] = i % 50 == 49 ? '.' : 'a';
	ok(domain_normal(in, 253, out), "253 octets");
	ok(!domain_normal(in, 254, out), "254 octets");
	memset(in, 'a', sizeof in);
	memcpy(in + 63, ".b", 2);
	ok(domain_normal(in, 65, out), "a label of 63 octets");
	memcpy(in + 63, "a.b", 3);
	ok(!domain_normal(in, 66, out), "a label of 64 octets");
}

static void
test_relations(void)
{
	ok(domain_is_qualified("a.b"), "a.b is qualified");
	ok(!domain_is_qualified("localhost"), "one label is not");
	ok(!domain_is_qualified("192.0.2.1"), "an address is not");
	ok(domain_is_below("a.example.com", "example.com"), "below");
	ok(domain_is_below("b.a.example.com", "example.com"), "far below");
	ok(!domain_is_below("example.com", "example.com"), "itself");
	ok(!domain_is_below("badexample.com", "example.com"), "a suffix");
	ok(!domain_is_below("com", "example.com"), "above");
	ok(!domain_is_below(".example.com", "example.com"), "an empty label");
}

static bool
literal(const char *s)
{
	struct ip ip;

	return ip_parse_literal(&ip, s, strlen(s));
}

static bool
ours(const char *s)
{
	struct ip ip;

	return ip_parse(&ip, s, strlen(s)) && ip_is_ours(&ip);
}

static void
test_ip(void)
{
	struct sockaddr_storage ss;
	char text[IP_TEXT], lit[LITERAL_LEN + 1];
	struct ip ip, again;

	ok(ip_parse(&ip, "::ffff:192.0.2.1", 16) && ip.family == AF_INET,
	    "a mapped address is IPv4");
	ip_format(&ip, text);
	is_str(text, "192.0.2.1", "and written so");
	ip_to_sockaddr(&ip, 25, &ss);
	ok(ip_from_sockaddr(&again, (struct sockaddr *)&ss) &&
		ip_equal(&ip, &again),
	    "through a sockaddr and back");
	ip_parse(&ip, "2001:DB8::0:1", 13);
	ip_format_literal(&ip, lit);
	is_str(lit, "[IPv6:2001:db8::1]", "an IPv6 literal");
	ip_to_sockaddr(&ip, 25, &ss);
	ok(ip_from_sockaddr(&again, (struct sockaddr *)&ss) &&
		ip_equal(&ip, &again),
	    "IPv6 through a sockaddr and back");
	ss.ss_family = AF_UNIX;
	ok(!ip_from_sockaddr(&ip, (struct sockaddr *)&ss), "AF_UNIX has none");
	ip_format(&ip, text);
	is_str(text, "unknown", "which is unknown");
	ok(literal("[192.0.2.1]") && literal("[IPv6:::1]") &&
		literal("[ipv6:2001:db8::1]"),
	    "literals");
	ok(!literal("192.0.2.1") && !literal("[192.0.2.1") && !literal("[]") &&
		!literal("[::1]") && !literal("[IPv6:192.0.2.1]") &&
		!literal("[192.0.2.01x]") && !literal("[fe80::1%eth0]"),
	    "what are none");
	ok(ours("127.0.0.1") && ours("127.9.9.9") && ours("0.0.0.0") &&
		ours("::1") && ours("::") && ours("::ffff:127.0.0.1"),
	    "addresses of this host");
	ok(!ours("192.0.2.1") && !ours("2001:db8::1"), "and of others");
}

int
main(void)
{
	test_normal();
	test_relations();
	test_ip();
	return done();
}
