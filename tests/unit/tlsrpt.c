/* SPDX-License-Identifier: ISC */
/* Records that say where reports on TLS go (RFC 8460 3). */
#include "tlsrpt.h"

#include <string.h>

#include "tap.h"

static const struct {
	const char *record, *first; /* NULL: refused; "": others only */
	unsigned n, others;
} records[] = {
    {"v=TLSRPTv1; rua=mailto:tls@example.com", "tls@example.com", 1, 0},
    {"v=TLSRPTv1;rua=mailto:tls@example.com;", "tls@example.com", 1, 0},
    {"v=TLSRPTv1 ;\trua=mailto:tls@Example.COM ; ", "tls@example.com", 1, 0},
    {"v=TLSRPTv1;rua=https://example.com/r?x=1", "", 0, 1},
    {"v=TLSRPTv1;rua=mailto:a@b.test , https://b.test/, MAILTO:c@b.test",
	"a@b.test", 2, 1},
    {"v=TLSRPTv1;x-y.z_1=w;rua=mailto:a@b.test", "a@b.test", 1, 0},
    {"v=TLSRPTv1;rua=mailto:a%2bb@b.test?subject=x", "a+b@b.test", 1, 0},
    {"v=TLSRPTv1;rua=mailto:a@b.test,mailto:b@b.test,mailto:c@b.test,"
     "mailto:d@b.test,mailto:e@b.test",
	"a@b.test", 4, 0},
    {"v=TLSRPTv1;rua=mailto:nobody", "", 0, 1},
    {"v=TLSRPTv1;rua=mailto:a@b.test%0d%0ax", "", 0, 1},
    {"v=TLSRPTv1;rua=mailto:a%00@b.test", "", 0, 1},
    {"v=TLSRPTv1;rua=mailto:a@[192.0.2.1]", "", 0, 1},
    {"v=TLSRPTv1;rua=mailto:a%2Gb@b.test", NULL, 0, 0},
    {"v=TLSRPTv1;rua=mailto:a%2", NULL, 0, 0},
    {"v=TLSRPTv1;rua=mailto:a%G2", NULL, 0, 0},
    {"v=TLSRPTv1;rua=mailto:", "", 0, 1},
    {"v=TLSRPTv1;rua=x:", "", 0, 1},
    {"v=TLSRPTv1;rua=mailto:postmaster", "", 0, 1},
    {"v=TLSRPTv1;rua=mailto:%C3%BC@b.test", "", 0, 1},
    {"v=TLSRPTv1;rua=:x", NULL, 0, 0},
    {"v=TLSRPTv1;rua=1:x", NULL, 0, 0},
    {"v=TLSRPTv1;rua=mailto:a@b.test;=x", NULL, 0, 0},
    {"v=TLSRPTv1;rua=mailto:a@b.test;x+y=z", NULL, 0, 0},
    {"v=TLSRPTv1;rua=mailto:a@b.test;x=y\x7f", NULL, 0, 0},
    {"v=TLSRPTv1;rua=mailto:a@b.test;x=y z", NULL, 0, 0},
    {"v=TLSRPTv1;rua=mailto:a@b.test;xyz=z", "a@b.test", 1, 0},
    {"v=TLSRPTv1;rua=https://b.test/;rua=https://c.test/", NULL, 0, 0},
    {"v=TLSRPTv1;abcdefghijklmnopqrstuvwxyz1234567=x", NULL, 0, 0},
    {"v=TLSRPTv1;x=y", NULL, 0, 0},
    {"v=TLSRPTv1;rua=mailto:a@b.test x", NULL, 0, 0},
    {"", NULL, 0, 0},
    {"v=TLSRPTv1", NULL, 0, 0},
    {"v=TLSRPTv1;", NULL, 0, 0},
    {"v=TLSRPTv2;rua=mailto:a@b.test", NULL, 0, 0},
    {"v=TLSRPTv10;rua=mailto:a@b.test", NULL, 0, 0},
    {"v=tlsrptv1;rua=mailto:a@b.test", NULL, 0, 0},
    {" v=TLSRPTv1;rua=mailto:a@b.test", NULL, 0, 0},
    {"rua=mailto:a@b.test;v=TLSRPTv1", NULL, 0, 0},
    {"v=TLSRPTv1;RUA=mailto:a@b.test", NULL, 0, 0},
    {"v=TLSRPTv1;rua=", NULL, 0, 0},
    {"v=TLSRPTv1;rua", NULL, 0, 0},
    {"v=TLSRPTv1;;rua=mailto:a@b.test", NULL, 0, 0},
    {"v=TLSRPTv1;rua=mailto:a@b.test,", NULL, 0, 0},
    {"v=TLSRPTv1;rua=a@b.test", NULL, 0, 0},
    {"v=TLSRPTv1;rua=mailto:a b@b.test", NULL, 0, 0},
    {"v=TLSRPTv1;rua=mailto:a!b@b.test", NULL, 0, 0},
    {"v=TLSRPTv1;rua=mailto:a%2@b.test", NULL, 0, 0},
    {"v=TLSRPTv1;rua=mailto:a@b.test;rua=mailto:c@b.test", NULL, 0, 0},
    {"v=TLSRPTv1;rua=mailto:a@b.test;x", NULL, 0, 0},
    {"v=TLSRPTv1;rua=mailto:a@b.test;-x=y", NULL, 0, 0},
    {"v=TLSRPTv1;rua=mailto:a@b.test;x=y=z", NULL, 0, 0},
    {"v=TLSRPTv1;rua=mailto:a@b.test;x=", NULL, 0, 0},
};

int
main(void)
{
	struct tlsrpt t;
	char long_one[500];

	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		const char *s = records[i].record, *first = records[i].first;
		bool good = tlsrpt_parse(s, strlen(s), &t);

		if (first == NULL)
			ok(!good, "refused: %s", s);
		else
			ok(good && t.n == records[i].n &&
				t.others == records[i].others &&
				(t.n == 0 || strcmp(t.mailto[0], first) == 0),
			    "taken: %s", s);
	}
	ok(!tlsrpt_parse("v=TLSRPTv1;x=\0;rua=mailto:a@b.test", 35, &t),
	    "a NUL");
	snprintf(long_one, sizeof long_one,
	    "v=TLSRPTv1;rua=mailto:%0400d@b.test", 1);
	ok(tlsrpt_parse(long_one, strlen(long_one), &t) && t.n == 0,
	    "an address that is too long");
	ok(tlsrpt_is_meant("v=TLSRPTv1;nonsense", 19) &&
		!tlsrpt_is_meant("v=TLSRPTv1nonsense", 18),
	    "what is meant to be one");
	return done();
}
