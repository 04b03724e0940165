/* SPDX-License-Identifier: ISC */
/* Which resolvers are believed about DNSSEC. */
#include "dns.h"
#include "tap.h"

static bool
is_trusted(const char *one, const char *other, bool told)
{
	static struct conf conf;
	struct dns *d;
	bool trusted;

	conf = (struct conf){.resolvers_trusted = told};
	endpoints_add(&conf.resolvers, one, 53);
	endpoints_add(&conf.resolvers, other, 53);
	if ((d = dns_new(&conf)) == NULL)
		return false;
	trusted = dns_is_trusted(d);
	dns_free(d);
	return trusted;
}

int
main(void)
{
	ok(is_trusted("127.0.0.1", "[::1]:53", false),
	    "resolvers of this host are");
	ok(!is_trusted("127.0.0.1", "192.0.2.1", false), "unless one is not");
	ok(!is_trusted("2001:db8::1", "::1", false), "whichever");
	ok(is_trusted("127.0.0.1", "192.0.2.1", true), "but if it is said");
	return done();
}
