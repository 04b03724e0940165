/* SPDX-License-Identifier: ISC */
/* Which passes of SPF make hosts one for the greylist. */
#include "../../bin/mxrecv/pool.h"

#include "spfproto.h"
#include "tap.h"

static void
names(const char *reason, bool four, bool six)
{
	struct spf_finding f = {.result = SPF_PASS};
	struct ip v4, v6;

	strlcpy(f.reason, reason, sizeof f.reason);
	ip_parse(&v4, "192.0.2.1", 9);
	ip_parse(&v6, "2001:db8::1", 11);
	ok(pool_names_hosts(&f, &v4) == four &&
		pool_names_hosts(&f, &v6) == six,
	    "%s", reason);
	f.result = SPF_NEUTRAL;
	ok(!pool_names_hosts(&f, &v4), "%s without a pass", reason);
}

int
main(void)
{
	names("ip4:192.0.2.1", true, true);
	names("+ip4:192.0.0.0/15 (a.test) by include:b.test", true, false);
	names("ip4:192.0.0.0/12", true, false);
	names("ip4:0.0.0.0/0", false, false);
	names("ip4:128.0.0.0/1", false, false);
	names("ip4:192.0.0.0/", false, false);
	names("ip6:2001:db8::/32", true, true);
	names("ip6:2000::/3", false, false);
	names("a", true, true);
	names("MX:mx.test", true, true);
	names("a:x.test/0", false, true);
	names("mx/24//0", true, false);
	names("a//0", true, false);
	names("a//64", true, true);
	names("all", false, false);
	names("+all", false, false);
	names("exists:%{i}.x.test", false, false);
	names("ptr:x.test", false, false);
	names("", false, false);
	names("ax", false, false);
	return done();
}
