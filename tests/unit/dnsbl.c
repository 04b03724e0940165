/* SPDX-License-Identifier: ISC */
/* Names that lists are asked for, and which answers count. */
#include "dnsbl.h"

#include <string.h>

#include "tap.h"

static void
name(const char *address, const char *want)
{
	char out[DOMAIN_LEN + 1];
	struct ip ip;

	ok(ip_parse(&ip, address, strlen(address)) &&
		dnsbl_name(&ip, "list.test", out),
	    "a name for %s", address);
	is_str(out, want, "which is reversed");
}

static void
test_match(void)
{
	static const struct {
		const char *codes;
		unsigned char address[4];
		bool match;
	} t[] = {{"127.0.0.2", {127, 0, 0, 2}, true},
	    {"127.0.0.2", {127, 0, 0, 3}, false},
	    {"127.0.0.*", {127, 0, 0, 255}, true},
	    {"127.0.*.1", {127, 0, 9, 1}, true},
	    {"127.0.*.1", {127, 1, 9, 1}, false},
	    {"127.0.0.[2-11]", {127, 0, 0, 11}, true},
	    {"127.0.0.[2-11]", {127, 0, 0, 12}, false},
	    {"127.0.[0-1].[2,4-6]", {127, 0, 1, 5}, true},
	    {"127.0.[0-1].[2,4-6]", {127, 0, 1, 3}, false},
	    {"127.0.0.2 127.0.0.9", {127, 0, 0, 9}, true},
	    {"127.0.0.2 nonsense", {127, 0, 0, 9}, false}};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		ok(dnsbl_codes_match(t[i].codes, t[i].address) == t[i].match,
		    "%s has%s 127.%u.%u.%u", t[i].codes,
		    t[i].match ? "" : " not", t[i].address[1], t[i].address[2],
		    t[i].address[3]);
}

static void
test_valid(void)
{
	static const char *const good[] = {
	    "127.0.0.2", " 127.0.0.2  127.*.*.[1-2,5] "};
	static const char *const bad[] = {"", " ", "127.0.0", "127.0.0.256",
	    "127.0.0.1.1", "127.0.0.[", "127.0.0.[]", "127.0.0.[1-]",
	    "127.0.0.[5-1]", "127.0.0.1,127.0.0.2", "127.0.0.[1;2]",
	    "127.0.0.0001", "a.b.c.d", "127..0.1"};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		ok(dnsbl_codes_valid(good[i]), "<%s> are codes", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(!dnsbl_codes_valid(bad[i]), "<%s> are none", bad[i]);
}

int
main(void)
{
	name("192.0.2.99", "99.2.0.192.list.test");
	name("2001:db8:1:2:3:4:567:89ab",
	    "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2."
	    "list.test");
	test_match();
	test_valid();
	return done();
}
