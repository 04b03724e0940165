/* SPDX-License-Identifier: ISC */
#include "stscache.h"

#include <string.h>

#include "statedb_parts.h"

enum { KEEP_TRIES = 86400 };

static const char find_sql[] =
    "SELECT id, fetched, tried, policy FROM sts WHERE domain = ?1";
static const char put_sql[] = "REPLACE INTO sts VALUES(?1,?2,?3,?4,?5,?6)";
static const char prune_sql[] =
    "DELETE FROM sts WHERE until < ?1 AND tried < ?2";

static bool read_row(sqlite3_stmt *, struct sts_entry *);

enum answer
stscache_find(struct state_db *s, const char *domain, struct sts_entry *out)
{
	sqlite3_stmt *st = state_about(s, find_sql, domain);
	enum answer found = sql_step(&s->sql, st);

	memset(out, 0, sizeof *out);
	if (found == ANSWER_YES && !read_row(st, out)) {
		memset(out, 0, sizeof *out);
		found = ANSWER_NO; /* as good as none: it is fetched again */
	}
	sqlite3_reset(st);
	return found;
}

int
stscache_put(struct state_db *s, const char *domain, const struct sts_entry *e)
{
	sqlite3_stmt *st = state_about(s, put_sql, domain);
	char text[STS_TEXT] = "";

	if (e->fetched != 0)
		sts_policy_format(&e->policy, text);
	sqlite3_bind_text(st, 2, e->id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 3, e->fetched);
	sqlite3_bind_int64(st, 4, e->tried);
	sqlite3_bind_int64(st, 5,
	    e->fetched == 0 ? 0 : e->fetched + (time_t)e->policy.max_age);
	sqlite3_bind_text(st, 6, text, -1, SQLITE_STATIC);
	return state_put(s, st);
}

int
stscache_prune(struct state_db *s, time_t now)
{
	sqlite3_stmt *st = sql_statement(&s->sql, prune_sql);

	sqlite3_bind_int64(st, 1, now);
	sqlite3_bind_int64(st, 2, now - KEEP_TRIES);
	return state_put(s, st);
}

bool
stscache_holds(const struct sts_entry *e, time_t now)
{
	return e->fetched != 0 && e->fetched <= now &&
	    now - e->fetched < (time_t)e->policy.max_age;
}

static bool
read_row(sqlite3_stmt *st, struct sts_entry *e)
{
	char text[STS_TEXT];

	e->fetched = (time_t)sqlite3_column_int64(st, 1);
	e->tried = (time_t)sqlite3_column_int64(st, 2);
	return sql_text(st, 0, e->id, sizeof e->id) &&
	    sql_text(st, 3, text, sizeof text) &&
	    (e->fetched == 0 ||
		sts_policy_parse(&e->policy, text, strlen(text)));
}
