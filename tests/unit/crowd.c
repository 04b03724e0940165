/* SPDX-License-Identifier: ISC */
/* Who may come in: by network and in all. */
#include "../../bin/mxrecv/crowd.h"

#include <string.h>

#include "tap.h"

static struct ip network(const char *address);

int
main(void)
{
	struct ip a = network("192.0.2.1"), b = network("192.0.2.200");
	struct ip c = network("192.0.3.1"), d = network("2001:db8::1");
	struct ip e = network("2001:db8::ffff:1"),
		  f = network("2001:db8:0:1::1");
	struct crowd crowd = {0};

	is_int(crowd_resize(&crowd, 4), 0, "room for four");
	is_int(crowd_admits(&crowd, &a, 2), CROWD_WELCOME, "the first");
	crowd_add(&crowd, 1, &a);
	is_int(crowd_admits(&crowd, &b, 2), CROWD_WELCOME, "of the same /24");
	crowd_add(&crowd, 2, &b);
	is_int(
	    crowd_admits(&crowd, &a, 2), CROWD_NETWORK_FULL, "no third of it");
	is_int(crowd_admits(&crowd, &c, 2), CROWD_WELCOME, "another /24");
	ok(crowd_remove(&crowd, 1) && !crowd_remove(&crowd, 1),
	    "who goes, goes once");
	is_int(crowd_admits(&crowd, &a, 2), CROWD_WELCOME, "and makes room");
	crowd_add(&crowd, 3, &d);
	is_int(crowd_admits(&crowd, &e, 1), CROWD_NETWORK_FULL, "a /64");
	is_int(crowd_admits(&crowd, &f, 1), CROWD_WELCOME, "another");
	crowd_add(&crowd, 4, &f);
	crowd_add(&crowd, 5, &c);
	is_int(crowd_admits(&crowd, &a, 9), CROWD_FULL, "four are all");
	is_int(crowd_resize(&crowd, 1), 0, "fewer from now on");
	ok(crowd.n == 4 && crowd_admits(&crowd, &a, 9) == CROWD_FULL,
	    "who is here stays");
	crowd_free(&crowd);
	return done();
}

static struct ip
network(const char *address)
{
	struct ip ip;

	ip_parse(&ip, address, strlen(address));
	return crowd_network(&ip);
}
