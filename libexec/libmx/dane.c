/* SPDX-License-Identifier: ISC */
/*
 * The TLSA base domain: where the host's aliases lead, else the host's own
 * name.  "_25._tcp." goes before it (RFC 7672 2.2.3).
 */
#include "dane.h"

#include <stdio.h>
#include <string.h>

static enum dns_status ask(
    struct dns *, const struct send_target *, int64_t deadline, struct dane *);

enum dane_status
dane_find(struct dns *dns, const struct send_target *t, int64_t deadline,
    struct dane *out)
{
	enum dns_status status;

	if (*t->base == '\0')
		return DANE_NONE;
	strlcpy(out->base, t->base, sizeof out->base);
	status = ask(dns, t, deadline, out);
	if ((status == DNS_NODATA || status == DNS_NXDOMAIN) &&
	    strcmp(t->base, t->host) != 0) {
		strlcpy(out->base, t->host, sizeof out->base);
		status = ask(dns, t, deadline, out);
	}
	if (status == DNS_TEMPFAIL)
		return DANE_TEMPFAIL;
	if (status != DNS_FOUND)
		return DANE_NONE;
	return out->tlsa.usable > 0 ? DANE_FOUND : DANE_UNUSABLE;
}

static enum dns_status
ask(struct dns *dns, const struct send_target *t, int64_t deadline,
    struct dane *out)
{
	char name[DOMAIN_LEN + sizeof "_65535._tcp."];

	if (snprintf(name, sizeof name, "_%u._tcp.%s", t->port, out->base) >
	    DOMAIN_LEN)
		return DNS_NXDOMAIN; /* there can be no such name */
	return dns_tlsa(dns, name, deadline, &out->tlsa);
}
