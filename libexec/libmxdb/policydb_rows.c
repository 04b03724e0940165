/* SPDX-License-Identifier: ISC */
/* policy.db: settings, and what is said of clients, zones and addresses. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "policydb_parts.h"

static enum answer find_setting(struct policy_db *, enum policy_table,
    const char *const key[2], char out[SETTING_LEN]);
static bool holds(const char *network, const struct ip *, unsigned *bits);

enum answer
policy_setting(struct policy_db *p, const char *name, const char *domain,
    char out[SETTING_LEN])
{
	enum answer found = ANSWER_NO;

	if (domain != NULL)
		found = find_setting(p, POLICY_DOMAIN_SETTING,
		    (const char *[]){domain, name}, out);
	if (found == ANSWER_NO)
		found = find_setting(
		    p, POLICY_SETTING, (const char *[]){name, NULL}, out);
	return found;
}

/* All rows are read, so that 192.0.2.1/24 means its network as people do. */
enum answer
policy_client(struct policy_db *p, const struct ip *ip, enum verdict *out)
{
	enum answer more, found = ANSWER_NO;
	unsigned best = 0, at = 0;
	struct policy_row row;

	while (
	    (more = policy_next(p, POLICY_CLIENT, &at, &row)) == ANSWER_YES) {
		enum verdict verdict;
		unsigned bits;

		if (!holds(row.column[0], ip, &bits) ||
		    (found == ANSWER_YES && bits < best))
			continue;
		if (!policy_parse_verdict(row.column[1], &verdict))
			continue;
		best = bits;
		*out = verdict;
		found = ANSWER_YES;
	}
	return more == ANSWER_UNAVAILABLE ? more : found;
}

enum answer
policy_zones(struct policy_db *p, policy_zone *each, void *ctx)
{
	struct policy_row row;
	enum answer more;
	unsigned at = 0;

	while ((more = policy_next(p, POLICY_ZONE, &at, &row)) == ANSWER_YES) {
		const char *wrong;
		int weight = (int)strtonum(row.column[2], -100, 100, &wrong);

		if (wrong == NULL &&
		    !each(ctx, row.column[0], row.column[1], weight))
			break;
	}
	policy_stop(p, POLICY_ZONE);
	return more == ANSWER_UNAVAILABLE ? more : ANSWER_YES;
}

enum answer
policy_contacts(struct policy_db *p, policy_contact *each, void *ctx)
{
	struct policy_row row;
	enum answer more;
	unsigned at = 0;

	while ((more = policy_next(p, POLICY_DOMAIN_SETTING, &at, &row)) ==
	    ANSWER_YES) {
		char domain[DOMAIN_LEN + 1], contact[MAILBOX_LEN + 1];

		if (strcmp(row.column[1], "contact") != 0 ||
		    strlcpy(domain, row.column[0], sizeof domain) >=
			sizeof domain ||
		    strlcpy(contact, row.column[2], sizeof contact) >=
			sizeof contact ||
		    each(ctx, domain, contact))
			continue;
		policy_stop(p, POLICY_DOMAIN_SETTING);
		return ANSWER_YES;
	}
	return more == ANSWER_UNAVAILABLE ? more : ANSWER_YES;
}

enum answer
policy_recipient(struct policy_db *p, const char *mailbox)
{
	char lower[MAILBOX_LEN + 1];
	struct policy_row ignored;
	size_t n = strlcpy(lower, mailbox, sizeof lower);

	for (size_t i = 0; i < n && i < sizeof lower; i++)
		lower[i] = (char)tolower((unsigned char)lower[i]);
	return policy_find(
	    p, POLICY_RECIPIENT, (const char *[]){lower, NULL}, &ignored);
}

enum answer
policy_no_callout(struct policy_db *p, const char *domain)
{
	enum answer found = ANSWER_NO;
	struct policy_row ignored;

	while (domain != NULL && found == ANSWER_NO) {
		found = policy_find(p, POLICY_NO_CALLOUT,
		    (const char *[]){domain, NULL}, &ignored);
		domain = strchr(domain, '.');
		domain = domain == NULL ? NULL : domain + 1;
	}
	return found;
}

static enum answer
find_setting(struct policy_db *p, enum policy_table t, const char *const key[2],
    char out[SETTING_LEN])
{
	struct policy_row row;
	enum answer found = policy_find(p, t, key, &row);
	size_t n;

	if (found != ANSWER_YES)
		return found;
	n = strlcpy(
	    out, row.column[t == POLICY_DOMAIN_SETTING ? 2 : 1], SETTING_LEN);
	return n > 0 && n < SETTING_LEN ? ANSWER_YES : ANSWER_UNAVAILABLE;
}

static bool
holds(const char *network, const struct ip *ip, unsigned *bits)
{
	struct ip net, masked = *ip;

	if (!ip_parse_network(&net, bits, network, strlen(network)))
		return false;
	ip_mask(&net, *bits);
	ip_mask(&masked, *bits);
	return ip_equal(&net, &masked);
}
