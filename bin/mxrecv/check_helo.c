/* SPDX-License-Identifier: ISC */
/* helo: a name that is none, is not qualified, or is not the client's own
 * (RFC 5321 4.1.1.1, 4.1.3). */
#include <string.h>
#include <strings.h>

#include "checks.h"
#include "domain.h"

static enum outcome check_literal(const struct session *, struct finding *);

enum outcome
check_helo(const struct session *s, struct finding *f)
{
	char name[DOMAIN_LEN + 1];
	struct ip ip;

	if (*s->helo == '[')
		return check_literal(s, f);
	if (ip_parse(&ip, s->helo, strlen(s->helo)))
		return finding_set(f, 501, "5.5.2", 450, "4.7.1",
		    "%s: invalid HELO name; an address is written in brackets",
		    s->helo);
	if (!domain_normal(s->helo, strlen(s->helo), name))
		return finding_set(f, 501, "5.5.2", 450, "4.7.1",
		    "%.200s: invalid HELO name", s->helo);
	if (!domain_is_qualified(name))
		return finding_set(f, 504, "5.5.2", 450, "4.7.1",
		    "%s: HELO name is not fully qualified", s->helo);
	if (strcmp(name, s->conf->hostname) == 0)
		return finding_set(f, 550, "5.7.1", 450, "4.7.1",
		    "%s is this host's name, not yours", s->helo);
	return CHECK_PASS;
}

static enum outcome
check_literal(const struct session *s, struct finding *f)
{
	struct ip ip;

	if (!ip_parse_literal(&ip, s->helo, strlen(s->helo)))
		return finding_set(f, 501, "5.5.2", 450, "4.7.1",
		    "%.200s: invalid address literal", s->helo);
	if (!ip_equal(&ip, &s->client.ip))
		return finding_set(f, 550, "5.7.1", 450, "4.7.1",
		    "%s is not your address", s->helo);
	return CHECK_PASS;
}
