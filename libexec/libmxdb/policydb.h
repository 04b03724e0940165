/* SPDX-License-Identifier: ISC */
/*
 * policy.db, what to do (share/schema.sql, mx-schema(5)): edited live with the
 * sqlite3 shell, opened read-only.  Absent or unreadable is "unavailable",
 * which callers answer with 4xx, never with a guess.
 */
#ifndef POLICYDB_H
#define POLICYDB_H

#include <stdbool.h>
#include <stddef.h>

#include "backoff.h"
#include "bounds.h"
#include "ip.h"

enum { DB_ERROR = 256 };

enum answer { ANSWER_UNAVAILABLE = -1, ANSWER_NO = 0, ANSWER_YES = 1 };

enum verdict { VERDICT_OFF, VERDICT_LOG, VERDICT_DEFER, VERDICT_DENY };

struct verdicts {
	enum verdict on_fail;
	enum verdict on_unavailable; /* OFF and LOG mean pass */
};

struct domain_row {
	char name[DOMAIN_LEN + 1]; /* the row's, perhaps a parent of what was
				      asked when its subdomains flag is set */
	bool subdomains;
	char route[DOMAIN_LEN + 64]; /* "" = by MX; else "[host]:port" */
};

struct policy_db;

/* NULL with a sentence in ERR. */
struct policy_db *policy_db_open(const char *file, char err[DB_ERROR]);
/* The same; what is not large is read at once, as it is now. */
struct policy_db *policy_db_read(const char *file, char err[DB_ERROR]);
void policy_db_close(struct policy_db *);
/* NAME in inner form: its own row, or the nearest parent's that serves
 * subdomains; "" is the first row by name. */
enum answer policy_domain(
    struct policy_db *, const char *name, struct domain_row *out);
/* The verdicts of TEST: domain_policy of DOMAIN (the row's name; NULL: none),
 * else policy, else ANSWER_NO. */
enum answer policy_verdicts(struct policy_db *, const char *test,
    const char *domain, struct verdicts *out);
enum answer policy_backoff(struct policy_db *, struct backoff *out);

/* The value of setting NAME: DOMAIN's own (NULL: none), else the general. */
enum { SETTING_LEN = 16 };
enum answer policy_setting(struct policy_db *, const char *name,
    const char *domain, char out[SETTING_LEN]);
/* The verdict of the smallest network of table client that has IP in it. */
enum answer policy_client(
    struct policy_db *, const struct ip *, enum verdict *out);
/* Calls EACH for every row of table dnsbl until it returns false.  YES when
 * all were read. */
typedef bool policy_zone(
    void *ctx, const char *zone, const char *codes, int weight);
enum answer policy_zones(struct policy_db *, policy_zone *each, void *ctx);
/* Calls EACH for every domain that has a contact, until it returns false. */
typedef bool policy_contact(void *ctx, const char *domain, const char *contact);
enum answer policy_contacts(struct policy_db *, policy_contact *, void *ctx);
/* Whether table recipient has MAILBOX, its letters in lower case. */
enum answer policy_recipient(struct policy_db *, const char *mailbox);
/* Whether table no_callout has DOMAIN or a parent of it. */
enum answer policy_no_callout(struct policy_db *, const char *domain);

/* Rolls back a hot journal left by a killed shell; what mxrun does first.
 * 0, or -1 with a sentence in ERR. */
int policy_recover(const char *file, char err[DB_ERROR]);

#endif
