/* SPDX-License-Identifier: ISC */
/*
 * policy.db, read.  People edit it with a shell, so what comes out of it is
 * checked like any input: a value that the schema would have refused makes the
 * answer unavailable.
 */
#include "policydb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain.h"
#include "policydb_parts.h"

enum { BUSY_MS = 2000, APPLICATION = 0x6d783170, VERSION = 1 };

static const char find_domain_sql[] =
    "SELECT subdomains, route FROM domain WHERE name = ?1";
static const char find_domain_verdict_sql[] =
    "SELECT verdict, on_unavailable FROM domain_policy"
    " WHERE domain = ?2 AND test = ?1";
static const char find_verdict_sql[] =
    "SELECT verdict, on_unavailable FROM policy WHERE test = ?1";
static const char list_backoff_sql[] =
    "SELECT after, every FROM backoff ORDER BY after";

static bool is_ours(struct sql *, const char *file, char err[DB_ERROR]);
static enum answer find_domain(
    struct policy_db *, const char *name, struct domain_row *);
static enum answer find_verdicts(struct policy_db *, const char *statement,
    const char *test, const char *domain, struct verdicts *);

struct policy_db *
policy_db_open(const char *file, char err[DB_ERROR])
{
	struct policy_db *p = malloc(sizeof *p);

	if (p == NULL) {
		snprintf(err, DB_ERROR, "%s: out of memory", file);
		return NULL;
	}
	if (!sql_open(&p->sql, file, SQLITE_OPEN_READONLY, BUSY_MS, err)) {
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
	free(p);
}

enum answer
policy_domain(struct policy_db *p, const char *name, struct domain_row *out)
{
	const char *dot;
	enum answer found = find_domain(p, name, out);

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
		found = find_verdicts(
		    p, find_domain_verdict_sql, test, domain, out);
	if (found == ANSWER_NO)
		found = find_verdicts(p, find_verdict_sql, test, NULL, out);
	return found;
}

enum answer
policy_backoff(struct policy_db *p, struct backoff *out)
{
	sqlite3_stmt *st = sql_statement(&p->sql, list_backoff_sql);
	enum answer more;

	out->n = 0;
	while ((more = sql_step(&p->sql, st)) == ANSWER_YES) {
		sqlite3_int64 after = sqlite3_column_int64(st, 0);
		sqlite3_int64 every = sqlite3_column_int64(st, 1);

		if (after < 0 || after > INT32_MAX || every < 60 ||
		    every > 86400 || out->n == BACKOFF_ROWS)
			break;
		out->row[out->n++] =
		    (struct backoff_row){(unsigned)after, (unsigned)every};
	}
	sqlite3_reset(st);
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
find_domain(struct policy_db *p, const char *name, struct domain_row *out)
{
	sqlite3_stmt *st = sql_statement(&p->sql, find_domain_sql);
	enum answer found;

	memset(out, 0, sizeof *out);
	if (strlcpy(out->name, name, sizeof out->name) >= sizeof out->name)
		return ANSWER_NO;
	sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
	found = sql_step(&p->sql, st);
	if (found == ANSWER_YES) {
		out->subdomains = sqlite3_column_int(st, 0) == 1;
		if (sqlite3_column_type(st, 1) != SQLITE_NULL &&
		    !sql_text(st, 1, out->route, sizeof out->route))
			found = ANSWER_UNAVAILABLE;
	}
	sqlite3_reset(st);
	return found;
}

static enum answer
find_verdicts(struct policy_db *p, const char *statement, const char *test,
    const char *domain, struct verdicts *out)
{
	sqlite3_stmt *st = sql_statement(&p->sql, statement);
	enum answer found;

	sqlite3_bind_text(st, 1, test, -1, SQLITE_STATIC);
	if (domain != NULL)
		sqlite3_bind_text(st, 2, domain, -1, SQLITE_STATIC);
	found = sql_step(&p->sql, st);
	if (found == ANSWER_YES &&
	    (!policy_parse_verdict(st, 0, &out->on_fail) ||
		!policy_parse_verdict(st, 1, &out->on_unavailable)))
		found = ANSWER_UNAVAILABLE;
	sqlite3_reset(st);
	return found;
}

bool
policy_parse_verdict(sqlite3_stmt *st, int column, enum verdict *out)
{
	static const char *const names[] = {"off", "log", "defer", "deny"};
	char text[8];

	if (!sql_text(st, column, text, sizeof text))
		return false;
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(text, names[i]) == 0) {
			*out = (enum verdict)i;
			return true;
		}
	}
	return false;
}
