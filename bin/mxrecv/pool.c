/* SPDX-License-Identifier: ISC */
#include "pool.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "spfproto.h"

/* The largest networks that a pool is made of: those of the large providers
 * have up to 2^17 addresses, and their IPv6 is a /36. */
enum { BITS_IPV4 = 12, BITS_IPV6 = 32, MECHANISM = 128 };

static bool is_one_of(const char *, size_t);
static bool is_narrow(const char *, bool six);

/* "ip4:192.0.2.0/24 (a.example.org) by include:…", "+a/24//64", "mx" */
bool
pool_names_hosts(const struct spf_finding *f, const struct ip *client)
{
	char mechanism[MECHANISM];
	const char *at = f->reason;
	size_t n;

	if (f->result != SPF_PASS)
		return false;
	at += *at == '+';
	n = strcspn(at, " ");
	if (n >= sizeof mechanism)
		return false;
	memcpy(mechanism, at, n);
	mechanism[n] = '\0';
	return is_one_of(mechanism, strcspn(mechanism, ":/")) &&
	    is_narrow(mechanism, client->family == AF_INET6);
}

static bool
is_one_of(const char *name, size_t n)
{
	static const char *const names[] = {"ip4", "ip6", "a", "mx"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strlen(names[i]) == n &&
		    strncasecmp(name, names[i], n) == 0)
			return true;
	}
	return false;
}

/* The bits behind "/", or, of a and mx with IPv6, behind "//" (RFC 7208 5.6);
 * without any it is one address. */
static bool
is_narrow(const char *mechanism, bool six)
{
	const char *slash = strchr(mechanism, '/');

	if (six && strncasecmp(mechanism, "ip", 2) != 0) {
		slash = strstr(mechanism, "//");
		slash = slash == NULL ? NULL : slash + 1;
	} else if (slash != NULL && slash[1] == '/') {
		slash = NULL;
	}
	return slash == NULL ||
	    strtol(slash + 1, NULL, 10) >= (six ? BITS_IPV6 : BITS_IPV4);
}
