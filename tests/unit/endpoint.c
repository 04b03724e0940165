/* SPDX-License-Identifier: ISC */
/* Addresses, networks, and addresses with a port, as they are spelled. */
#include "endpoint.h"

#include "tap.h"

static void
good(const char *s, const char *want)
{
	struct endpoint e;
	char text[ENDPOINT_TEXT] = "";

	if (endpoint_parse(&e, s, 53))
		endpoint_format(&e, text);
	is_str(text, want, s);
}

static void
test_endpoints(void)
{
	static const char *const bad[] = {"", "a.test",
	    "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:x",
	    "[192.0.2.1", "[2001:db8::1", "[2001:db8::1]53", "[]:53",
	    "[a.test]:53", "2001:db8::1:g", "192.0.2", ":53"};
	struct endpoint e;
	struct endpoints list = {.n = 0};

	good("192.0.2.1", "192.0.2.1:53");
	good("192.0.2.1:25", "192.0.2.1:25");
	good("2001:db8::1", "[2001:db8::1]:53");
	good("[2001:db8::1]", "[2001:db8::1]:53");
	good("[2001:db8::1]:25", "[2001:db8::1]:25");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(!endpoint_parse(&e, bad[i], 53), "none: <%s>", bad[i]);
	ok(!endpoints_add(&list, "x", 53) && list.n == 0, "none is added");
	for (int i = 0; i < ENDPOINTS; i++)
		ok(endpoints_add(&list, "192.0.2.1", 53), "one is");
	ok(!endpoints_add(&list, "192.0.2.1", 53), "until there is no room");
}

static bool
network(const char *s, unsigned *bits)
{
	struct ip ip;

	return ip_parse_network(&ip, bits, s, strlen(s));
}

static void
test_networks(void)
{
	static const char *const bad[] = {"", "/8", "192.0.2.0/",
	    "192.0.2.0/33", "192.0.2.0/x", "192.0.2.0/8x", "192.0.2.0/-1",
	    "2001:db8::/129", "2001:db8::/", "192.0.2/24",
	    "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111/8"};
	struct ip ip;
	unsigned bits;

	ok(network("192.0.2.1", &bits) && bits == 32, "an address");
	ok(network("2001:db8::1", &bits) && bits == 128, "of either kind");
	ok(network("192.0.2.0/24", &bits) && bits == 24, "a network");
	ok(network("2001:db8::/32", &bits) && bits == 32, "of either kind");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(!network(bad[i], &bits), "none: <%s>", bad[i]);
	ok(!ip_parse(&ip, "1.2.3.4\0", 8), "a NUL ends no address");
	ok(ip_parse(&ip, "127.0.0.1", 9) && ip_is_ours(&ip), "our own");
}

int
main(void)
{
	test_endpoints();
	test_networks();
	return done();
}
