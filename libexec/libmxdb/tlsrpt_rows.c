/* SPDX-License-Identifier: ISC */
#include "tlsrpt_rows.h"

#include <string.h>

#include "statedb_parts.h"

enum { DAY = 86400 };

static const char add_sql[] =
    "INSERT INTO tlsrpt VALUES(?2,?1,?3,?4,?5,?6,?7,?8,?9,?10)"
    " ON CONFLICT DO UPDATE SET sessions = sessions + excluded.sessions,"
    " reason = excluded.reason";
static const char next_sql[] = "SELECT day, domain FROM tlsrpt"
			       " WHERE (day, domain) > (?2, ?1) AND day < ?3"
			       " ORDER BY day, domain LIMIT 1";
static const char rows_sql[] =
    "SELECT policy, policy_domain, policy_text, host, ip, result, reason,"
    " sessions FROM tlsrpt WHERE domain = ?1 AND day = ?2"
    " ORDER BY policy, policy_domain, policy_text, host, ip, result LIMIT ?3";
static const char forget_sql[] =
    "DELETE FROM tlsrpt WHERE domain = ?1 AND day = ?2";
static const char prune_sql[] = "DELETE FROM tlsrpt WHERE day < ?1";

static void read_row(sqlite3_stmt *, struct tlsrpt_row *);
static void read_text(sqlite3_stmt *, int column, char *out, size_t size);

int
tlsrpt_add(
    struct state_db *s, const struct tlsrpt_day *d, const struct tlsrpt_row *r)
{
	const char *const text[] = {r->policy, r->policy_domain, r->policy_text,
	    r->host, r->ip, r->result, r->reason};
	sqlite3_stmt *st = state_about(s, add_sql, d->domain);

	sqlite3_bind_int64(st, 2, d->day);
	for (int i = 0; i < 7; i++)
		sqlite3_bind_text(st, 3 + i, text[i], -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 10, (sqlite3_int64)r->sessions);
	return state_put(s, st);
}

enum answer
tlsrpt_next(struct state_db *s, int64_t today, struct tlsrpt_day *d)
{
	sqlite3_stmt *st = state_about(s, next_sql, d->domain);
	enum answer found;

	sqlite3_bind_int64(st, 2, d->day);
	sqlite3_bind_int64(st, 3, today);
	if ((found = sql_step(&s->sql, st)) == ANSWER_YES) {
		d->day = sqlite3_column_int64(st, 0);
		read_text(st, 1, d->domain, sizeof d->domain);
	}
	sqlite3_reset(st);
	return found;
}

long
tlsrpt_rows(struct state_db *s, const struct tlsrpt_day *d,
    struct tlsrpt_row *out, size_t most)
{
	sqlite3_stmt *st = state_about(s, rows_sql, d->domain);
	enum answer found = ANSWER_NO;
	size_t n = 0;

	sqlite3_bind_int64(st, 2, d->day);
	sqlite3_bind_int64(st, 3, (sqlite3_int64)most);
	while (n < most && (found = sql_step(&s->sql, st)) == ANSWER_YES)
		read_row(st, &out[n++]);
	sqlite3_reset(st);
	return found == ANSWER_UNAVAILABLE ? -1 : (long)n;
}

int
tlsrpt_forget(struct state_db *s, const struct tlsrpt_day *d)
{
	sqlite3_stmt *st = state_about(s, forget_sql, d->domain);

	sqlite3_bind_int64(st, 2, d->day);
	return state_put(s, st);
}

int
tlsrpt_prune(struct state_db *s, time_t now)
{
	sqlite3_stmt *st = sql_statement(&s->sql, prune_sql);

	sqlite3_bind_int64(st, 1, now / DAY - TLSRPT_KEEP);
	return state_put(s, st);
}

static void
read_row(sqlite3_stmt *st, struct tlsrpt_row *r)
{
	read_text(st, 0, r->policy, sizeof r->policy);
	read_text(st, 1, r->policy_domain, sizeof r->policy_domain);
	read_text(st, 2, r->policy_text, sizeof r->policy_text);
	read_text(st, 3, r->host, sizeof r->host);
	read_text(st, 4, r->ip, sizeof r->ip);
	read_text(st, 5, r->result, sizeof r->result);
	read_text(st, 6, r->reason, sizeof r->reason);
	r->sessions = (uint64_t)sqlite3_column_int64(st, 7);
}

static void
read_text(sqlite3_stmt *st, int column, char *out, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(st, column);

	strlcpy(out, text == NULL ? "" : text, size);
}
