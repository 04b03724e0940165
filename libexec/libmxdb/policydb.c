/* SPDX-License-Identifier: ISC */
/*
 * policy.db, read.  People edit it with a shell, so what comes out of it is
 * checked like any input: a value that the schema would have refused makes the
 * answer unavailable; of tables that are looked through, client and dnsbl, such
 * a row is left out.
 */
#include "policydb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain.h"
#include "policydb_parts.h"

enum { BUSY_MS = 2000, APPLICATION = 0x6d783170, VERSION = 1 };
enum { KEEP = 256 }; /* rows of a table that are read at once */

static bool is_ours(struct sql *, const char *file, char err[DB_ERROR]);
static enum answer first_domain(struct policy_db *, struct domain_row *);
static enum answer find_domain(
    struct policy_db *, const char *name, struct domain_row *);
static enum answer find_verdicts(struct policy_db *, enum policy_table,
    const char *const key[2], struct verdicts *);

struct policy_db *
policy_db_open(const char *file, char err[DB_ERROR])
{
	return policy_open_busy(file, BUSY_MS, err);
}

struct policy_db *
policy_db_read(const char *file, char err[DB_ERROR])
{
	struct policy_db *p = policy_db_open(file, err);

	if (p != NULL)
		policy_keep(p, KEEP);
	return p;
}

struct policy_db *
policy_open_busy(const char *file, int busy_ms, char err[DB_ERROR])
{
	struct policy_db *p = malloc(sizeof *p);

	if (p == NULL) {
		snprintf(err, DB_ERROR, "%s: out of memory", file);
		return NULL;
	}
	policy_rows_init(&p->rows);
	if (!sql_open(&p->sql, file, SQLITE_OPEN_READONLY, busy_ms, err)) {
		free(p);
		return NULL;
	}
	if (!is_ours(&p->sql, file, err)) {
		policy_db_close(p);
		return NULL;
	}
	return p;
}

void
policy_db_close(struct policy_db *p)
{
	if (p == NULL)
		return;
	sql_close(&p->sql);
	policy_rows_free(&p->rows);
	free(p);
}

enum answer
policy_domain(struct policy_db *p, const char *name, struct domain_row *out)
{
	const char *dot;
	enum answer found;

	if (*name == '\0')
		return first_domain(p, out);
	found = find_domain(p, name, out);
	while (found == ANSWER_NO && (dot = strchr(name, '.')) != NULL) {
		name = dot + 1;
		found = find_domain(p, name, out);
		if (found == ANSWER_YES && !out->subdomains)
			return ANSWER_NO;
	}
	return found;
}

enum answer
policy_verdicts(struct policy_db *p, const char *test, const char *domain,
    struct verdicts *out)
{
	enum answer found = ANSWER_NO;

	if (domain != NULL)
		found = find_verdicts(p, POLICY_DOMAIN_VERDICT,
		    (const char *[]){domain, test}, out);
	if (found == ANSWER_NO)
		found = find_verdicts(
		    p, POLICY_VERDICT, (const char *[]){test, NULL}, out);
	return found;
}

enum answer
policy_backoff(struct policy_db *p, struct backoff *out)
{
	struct policy_row row;
	enum answer more;
	unsigned at = 0;

	out->n = 0;
	while (
	    (more = policy_next(p, POLICY_BACKOFF, &at, &row)) == ANSWER_YES) {
		const char *wrong[2];
		struct backoff_row b = {
		    (unsigned)strtonum(row.column[0], 0, INT32_MAX, &wrong[0]),
		    (unsigned)strtonum(row.column[1], 60, 86400, &wrong[1])};

		if (wrong[0] != NULL || wrong[1] != NULL ||
		    out->n == BACKOFF_ROWS)
			break;
		out->row[out->n++] = b;
	}
	policy_stop(p, POLICY_BACKOFF);
	return more == ANSWER_NO ? ANSWER_YES : ANSWER_UNAVAILABLE;
}

/* Only who may write can roll back; reading once is enough to make it so. */
int
policy_recover(const char *file, char err[DB_ERROR])
{
	struct sql q;
	sqlite3_int64 version;
	bool good;

	if (access(file, W_OK) == -1)
		return 0;
	if (!sql_open(&q, file, SQLITE_OPEN_READWRITE, BUSY_MS, err))
		return -1;
	good = sql_number(&q, "PRAGMA user_version", &version);
	if (!good)
		sql_error(&q, file, err);
	sql_close(&q);
	return good ? 0 : -1;
}

static bool
is_ours(struct sql *q, const char *file, char err[DB_ERROR])
{
	sqlite3_int64 application = 0, version = 0;

	if (!sql_number(q, "PRAGMA application_id", &application) ||
	    !sql_number(q, "PRAGMA user_version", &version)) {
		sql_error(q, file, err);
		return false;
	}
	if (application == APPLICATION && version == VERSION)
		return true;
	if (application != APPLICATION)
		snprintf(err, DB_ERROR,
		    "%s: not a policy database; make one with schema.sql",
		    file);
	else
		snprintf(err, DB_ERROR,
		    "%s: schema version %lld, this program knows %d", file,
		    (long long)version, VERSION);
	return false;
}

static enum answer
first_domain(struct policy_db *p, struct domain_row *out)
{
	struct policy_row row;
	unsigned at = 0;
	enum answer found = policy_next(p, POLICY_DOMAIN, &at, &row);
	char name[DOMAIN_LEN + 1];

	if (found == ANSWER_YES &&
	    strlcpy(name, row.column[0], sizeof name) >= sizeof name)
		found = ANSWER_UNAVAILABLE;
	policy_stop(p, POLICY_DOMAIN);
	return found == ANSWER_YES ? find_domain(p, name, out) : found;
}

static enum answer
find_domain(struct policy_db *p, const char *name, struct domain_row *out)
{
	struct policy_row row;
	enum answer found;

	memset(out, 0, sizeof *out);
	if (strlcpy(out->name, name, sizeof out->name) >= sizeof out->name)
		return ANSWER_NO;
	found =
	    policy_find(p, POLICY_DOMAIN, (const char *[]){name, NULL}, &row);
	if (found != ANSWER_YES)
		return found;
	out->subdomains = strcmp(row.column[1], "1") == 0;
	return strlcpy(out->route, row.column[2], sizeof out->route) <
		sizeof out->route
	    ? ANSWER_YES
	    : ANSWER_UNAVAILABLE;
}

static enum answer
find_verdicts(struct policy_db *p, enum policy_table t,
    const char *const key[2], struct verdicts *out)
{
	unsigned first = t == POLICY_DOMAIN_VERDICT ? 2 : 1;
	struct policy_row row;
	enum answer found = policy_find(p, t, key, &row);

	if (found == ANSWER_YES &&
	    (!policy_parse_verdict(row.column[first], &out->on_fail) ||
		!policy_parse_verdict(
		    row.column[first + 1], &out->on_unavailable)))
		found = ANSWER_UNAVAILABLE;
	return found;
}

bool
policy_parse_verdict(const char *text, enum verdict *out)
{
	static const char *const names[] = {"off", "log", "defer", "deny"};

	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(text, names[i]) == 0) {
			*out = (enum verdict)i;
			return true;
		}
	}
	return false;
}
