/* SPDX-License-Identifier: ISC */
/* An address and a port of the Internet, as a configuration spells them. */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include <stdbool.h>

#include "ip.h"

enum { ENDPOINTS = 8, ENDPOINT_TEXT = IP_TEXT + 8 };
enum { RESOLVER_PORT = 53 }; /* where a resolver names none */

struct endpoint {
	struct ip ip;
	unsigned short port;
};

struct endpoints {
	unsigned n;
	struct endpoint at[ENDPOINTS];
};

/* "192.0.2.1", "192.0.2.1:53", "2001:db8::1", "[2001:db8::1]:53"; PORT where
 * none is given. */
bool endpoint_parse(struct endpoint *, const char *s, unsigned short port);
/* With its port, always. */
void endpoint_format(const struct endpoint *, char out[ENDPOINT_TEXT]);
/* One more; false: no room, or not such a one. */
bool endpoints_add(struct endpoints *, const char *s, unsigned short port);

#endif
