/* SPDX-License-Identifier: ISC */
/* Where mail goes that the DNS is not asked about. */
#include "route.h"

#include "tap.h"

static const struct {
	const char *row, *host; /* NULL: malformed */
	unsigned short port;
} rows[] = {
    {"[mx.test]", "mx.test", 25},
    {"[mx.test]:26", "mx.test", 26},
    {"[2001:db8::1]:65535", "2001:db8::1", 65535},
    {"", NULL, 0},
    {"mx.test", NULL, 0},
    {"mx.test]", NULL, 0},
    {"[mx.test", NULL, 0},
    {"[]", NULL, 0},
    {"[mx.test]26", NULL, 0},
    {"[mx.test]:", NULL, 0},
    {"[mx.test]:0", NULL, 0},
    {"[mx.test]:65536", NULL, 0},
    {"[mx.test]:26x", NULL, 0},
};

static void
test_rows(void)
{
	char host[DOMAIN_LEN + 1], row[DOMAIN_LEN + 4];
	unsigned short port;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool good = route_parse(rows[i].row, host, &port);

		ok(rows[i].host == NULL
			? !good
			: good && strcmp(host, rows[i].host) == 0 &&
			    port == rows[i].port,
		    "<%s>", rows[i].row);
	}
	snprintf(row, sizeof row, "[%0*d]", DOMAIN_LEN + 1, 0);
	ok(!route_parse(row, host, &port), "a name that is too long");
}

static enum route_status
find(const char *domain, const char *row)
{
	static struct conf conf;
	static struct route route;
	const struct route_question q = {
	    .domain = domain, .row = row, .handled = *row != '\0'};
	enum route_status status = route_find(NULL, &conf, &q, &route);

	ok((status == ROUTE_FOUND) == (route.n == 1) &&
		(status == ROUTE_FOUND || *route.reason != '\0'),
	    "%s %s: a target, or why there is none", domain, row);
	return status;
}

static void
test_addresses(void)
{
	is_int(find("[192.0.2.1]", ""), ROUTE_FOUND, "a literal");
	is_int(find("[IPv6:2001:db8::1]", ""), ROUTE_FOUND, "of IPv6");
	is_int(find("[192.0.2.300]", ""), ROUTE_PERMANENT, "that is none");
	is_int(find("[127.0.0.1]", ""), ROUTE_PERMANENT, "that is ours");
	is_int(find("b.test", "[192.0.2.1]:26"), ROUTE_FOUND, "an address");
	is_int(find("b.test", "[127.0.0.1]:26"), ROUTE_FOUND,
	    "another port of ours");
	is_int(find("b.test", "[b..test]"), ROUTE_TEMPORARY,
	    "a host that is none");
	is_int(find("b.test", "b.test"), ROUTE_TEMPORARY, "a row that is none");
}

int
main(void)
{
	test_rows();
	test_addresses();
	return done();
}
