/* SPDX-License-Identifier: ISC */
/*
 * spf: a domain that the client speaks for says that it may not (RFC 7208 8):
 * that of the reverse-path, or, unless the reverse-path is vouched for, that of
 * HELO.
 */
#include <stdio.h>

#include "checks.h"
#include "spfproto.h"

static enum outcome refuse(
    const struct session *, const struct spf_finding *, struct finding *);

enum outcome
check_spf(const struct session *s, struct finding *f)
{
	const struct spf_answer *a = s->oracle->spf(s->oracle->ctx, s);

	if (a != NULL && a->mailfrom.result == SPF_FAIL)
		return refuse(s, &a->mailfrom, f);
	if (a == NULL || a->mailfrom.result == SPF_TEMPERROR) {
		finding_unavailable(f, "SPF of %.100s could not be looked up",
		    a == NULL ? "the sender" : a->mailfrom.domain);
		f->deny_enhanced = f->defer_enhanced = "4.7.24";
		return CHECK_UNAVAILABLE;
	}
	if (a->mailfrom.result != SPF_PASS && a->helo.result == SPF_FAIL)
		return refuse(s, &a->helo, f);
	snprintf(f->reason, sizeof f->reason, "%s of %.100s%s%.100s",
	    spf_result_name[a->mailfrom.result], a->mailfrom.domain,
	    *a->mailfrom.reason ? ": " : "", a->mailfrom.reason);
	return CHECK_PASS;
}

static enum outcome
refuse(
    const struct session *s, const struct spf_finding *spf, struct finding *f)
{
	char address[IP_TEXT];

	ip_format(&s->client.ip, address);
	return finding_set(f, 550, "5.7.23", 451, "4.7.23",
	    "%s may not send mail of %.100s, says its SPF record; use the "
	    "primary exchanger for %.80s",
	    address, spf->domain, checks_domain(s));
}
