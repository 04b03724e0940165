/* SPDX-License-Identifier: ISC */
#include "names.h"

#include <string.h>
#include <strings.h>

#include "domain.h"

static void learn(struct names *, const struct source *, const struct ip *);
static bool leads_back(const struct source *, const char *, const struct ip *);
static bool is_or_below(const char *, const char *);

bool
names_match(struct names *names, const struct source *s, const struct ip *ip,
    const char *domain)
{
	learn(names, s, ip);
	for (size_t i = 0; i < names->n; i++) {
		if (is_or_below(names->name[i], domain))
			return true;
	}
	return false;
}

const char *
names_best(struct names *names, const struct source *s, const struct ip *ip,
    const char *domain)
{
	const char *best = NULL;

	learn(names, s, ip);
	for (size_t i = 0; i < names->n; i++) {
		if (strcasecmp(names->name[i], domain) == 0)
			return names->name[i];
		if (best == NULL && is_or_below(names->name[i], domain))
			best = names->name[i];
	}
	if (best != NULL)
		return best;
	return names->n > 0 ? names->name[0] : "unknown";
}

/* A name that can not be asked about is none (RFC 7208 5.5). */
static void
learn(struct names *names, const struct source *s, const struct ip *ip)
{
	char found[DNS_NAMES_MAX][DOMAIN_LEN + 1];
	size_t n = 0;

	if (names->known)
		return;
	names->known = true;
	names->n = 0;
	if (s->names(s->ctx, ip, found, &n) != DNS_FOUND)
		return;
	for (size_t i = 0; i < n; i++) {
		if (leads_back(s, found[i], ip))
			strlcpy(names->name[names->n++], found[i],
			    sizeof names->name[0]);
	}
}

static bool
leads_back(const struct source *s, const char *name, const struct ip *ip)
{
	struct ip found[DNS_ADDR_MAX];
	size_t n = 0;

	if (s->addresses(s->ctx, name, ip->family, found, &n) != DNS_FOUND)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (ip_equal(&found[i], ip))
			return true;
	}
	return false;
}

static bool
is_or_below(const char *name, const char *domain)
{
	size_t n = strlen(name), m = strlen(domain);

	return m > 0 && n >= m && strcasecmp(name + n - m, domain) == 0 &&
	    (n == m || name[n - m - 1] == '.');
}
