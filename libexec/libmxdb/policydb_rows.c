/* SPDX-License-Identifier: ISC */
/* policy.db: settings, and what is said of clients, zones and addresses. */
#include <ctype.h>
#include <string.h>

#include "policydb_parts.h"

static const char domain_setting_sql[] =
    "SELECT value FROM domain_setting WHERE name = ?1 AND domain = ?2";
static const char setting_sql[] = "SELECT value FROM setting WHERE name = ?1";
static const char clients_sql[] = "SELECT network, verdict FROM client";
static const char zones_sql[] = "SELECT zone, codes, weight FROM dnsbl";
static const char recipient_sql[] =
    "SELECT 'yes' FROM recipient WHERE address = ?1";
static const char no_callout_sql[] =
    "SELECT 'yes' FROM no_callout WHERE domain = ?1";

static enum answer find(struct policy_db *, const char *sql,
    const char *const key[2], char out[SETTING_LEN]);
static bool holds(const char *network, const struct ip *, unsigned *bits);

enum answer
policy_setting(struct policy_db *p, const char *name, const char *domain,
    char out[SETTING_LEN])
{
	const char *const key[] = {name, domain};
	enum answer found = ANSWER_NO;

	if (domain != NULL)
		found = find(p, domain_setting_sql, key, out);
	if (found == ANSWER_NO)
		found = find(p, setting_sql, (const char *[]){name, NULL}, out);
	return found;
}

/* All rows are read, so that 192.0.2.1/24 means its network as people do. */
enum answer
policy_client(struct policy_db *p, const struct ip *ip, enum verdict *out)
{
	sqlite3_stmt *st = sql_statement(&p->sql, clients_sql);
	enum answer more, found = ANSWER_NO;
	unsigned best = 0;

	while ((more = sql_step(&p->sql, st)) == ANSWER_YES) {
		char network[IP_TEXT + 4];
		enum verdict verdict;
		unsigned bits;

		if (!sql_text(st, 0, network, sizeof network) ||
		    !holds(network, ip, &bits) ||
		    (found == ANSWER_YES && bits < best))
			continue;
		if (!policy_parse_verdict(st, 1, &verdict))
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
	sqlite3_stmt *st = sql_statement(&p->sql, zones_sql);
	enum answer more;

	while ((more = sql_step(&p->sql, st)) == ANSWER_YES) {
		char zone[DOMAIN_LEN + 1], codes[256];

		if (sql_text(st, 0, zone, sizeof zone) &&
		    sql_text(st, 1, codes, sizeof codes) &&
		    !each(ctx, zone, codes, sqlite3_column_int(st, 2)))
			break;
	}
	sqlite3_reset(st);
	return more == ANSWER_UNAVAILABLE ? more : ANSWER_YES;
}

enum answer
policy_recipient(struct policy_db *p, const char *mailbox)
{
	char lower[MAILBOX_LEN + 1], ignored[SETTING_LEN];
	size_t n = strlcpy(lower, mailbox, sizeof lower);

	for (size_t i = 0; i < n && i < sizeof lower; i++)
		lower[i] = (char)tolower((unsigned char)lower[i]);
	return find(p, recipient_sql, (const char *[]){lower, NULL}, ignored);
}

enum answer
policy_no_callout(struct policy_db *p, const char *domain)
{
	enum answer found = ANSWER_NO;
	char ignored[SETTING_LEN];

	while (domain != NULL && found == ANSWER_NO) {
		found = find(
		    p, no_callout_sql, (const char *[]){domain, NULL}, ignored);
		domain = strchr(domain, '.');
		domain = domain == NULL ? NULL : domain + 1;
	}
	return found;
}

static enum answer
find(struct policy_db *p, const char *sql, const char *const key[2],
    char out[SETTING_LEN])
{
	sqlite3_stmt *st = sql_statement(&p->sql, sql);
	enum answer found;

	sqlite3_bind_text(st, 1, key[0], -1, SQLITE_STATIC);
	if (key[1] != NULL)
		sqlite3_bind_text(st, 2, key[1], -1, SQLITE_STATIC);
	found = sql_step(&p->sql, st);
	if (found == ANSWER_YES && !sql_text(st, 0, out, SETTING_LEN))
		found = ANSWER_UNAVAILABLE;
	sqlite3_reset(st);
	return found;
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
