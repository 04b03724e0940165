/* SPDX-License-Identifier: ISC */
/*
 * client, ptr, dnsbl, greylist: what is known of the host that connects.  Each
 * defers, so that a sender's server goes to the primary, which decides.
 */
#include "checks.h"

#include "oracle.h"

/* client: table client has a verdict of its own for the address. */
enum outcome
check_client(const struct session *s, struct finding *f)
{
	char address[IP_TEXT];

	if (s->client.verdict == VERDICT_OFF)
		return CHECK_PASS;
	ip_format(&s->client.ip, address);
	return finding_set(f, 550, "5.7.1", 450, "4.7.1",
	    "%s is not taken mail from here; use the primary exchanger for %s",
	    address, checks_domain(s));
}

/* ptr: the address has no name that leads back to it (RFC 8601 2.7.3). */
enum outcome
check_ptr(const struct session *s, struct finding *f)
{
	char address[IP_TEXT];

	ip_format(&s->client.ip, address);
	switch (s->oracle->named(s->oracle->ctx, s)) {
	case ANSWER_YES:
		return CHECK_PASS;
	case ANSWER_UNAVAILABLE:
		return finding_unavailable(
		    f, "The name of %s could not be looked up", address);
	default:
		break;
	}
	return finding_set(f, 550, "5.7.25", 450, "4.7.25",
	    "%s has no name that leads back to it; use the primary exchanger "
	    "for %s",
	    address, checks_domain(s));
}

/* dnsbl: the host is in a DNS blocklist (RFC 5782). */
enum outcome
check_dnsbl(const struct session *s, struct finding *f)
{
	char address[IP_TEXT], zones[TOLD_LEN];

	ip_format(&s->client.ip, address);
	switch (s->oracle->listed(s->oracle->ctx, s, zones)) {
	case ANSWER_YES:
		return finding_set(f, 550, "5.7.1", 451, "4.7.1",
		    "%s is listed by %.120s; use the primary exchanger for %s",
		    address, zones, checks_domain(s));
	case ANSWER_UNAVAILABLE:
		return finding_unavailable(f, "No answer from %.120s", zones);
	default:
		return CHECK_PASS;
	}
}

/* greylist: the host is not known yet (RFC 6647). */
enum outcome
check_greylist(const struct session *s, struct finding *f)
{
	time_t wait = 0;

	switch (s->oracle->known(s->oracle->ctx, s, &wait)) {
	case ANSWER_NO:
		return finding_set(f, 450, "4.7.1", 451, "4.7.1",
		    "Greylisted: new host; retry in %lld seconds or use the "
		    "primary exchanger for %s",
		    (long long)wait, checks_domain(s));
	case ANSWER_UNAVAILABLE:
		return finding_unavailable(f, "The greylist can not be read");
	default:
		return CHECK_PASS;
	}
}
