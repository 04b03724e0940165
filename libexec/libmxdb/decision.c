/* SPDX-License-Identifier: ISC */
#include "decision.h"

#include "statedb_parts.h"

enum { COLUMNS = 10 }; /* of text */

static const char put_sql[] =
    "INSERT INTO decision(connection, message, client, helo, sender,"
    " recipient, test, outcome, verdict, reason, at, ms, serial)"
    " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)";
static const char find_sql[] =
    "SELECT * FROM (SELECT connection, message, client, helo, sender,"
    " recipient, test, outcome, verdict, reason, at, ms, serial, number"
    " FROM decision WHERE (connection, serial) IN"
    "  (SELECT connection, serial FROM decision"
    "   WHERE message = ?1 AND message <> '')"
    " OR connection = ?1 OR client = ?1 OR sender = ?1"
    " OR recipient = ?1 AND recipient <> ''"
    " ORDER BY number DESC LIMIT ?2) ORDER BY number";
static const char prune_sql[] = "DELETE FROM decision WHERE at < ?1";
static const char find_repeat_sql[] =
    "SELECT at, test, reason FROM repeat WHERE key = ?1";
static const char put_repeat_sql[] = "REPLACE INTO repeat VALUES(?1,?2,?3,?4)";
static const char prune_repeat_sql[] = "DELETE FROM repeat WHERE at < ?1";

static int prune(struct state_db *, const char *sql, time_t before);

int
decision_put(struct state_db *s, const struct decision *d)
{
	const char *const text[COLUMNS] = {d->connection, d->message, d->client,
	    d->helo, d->sender, d->recipient, d->test, d->outcome, d->verdict,
	    d->reason};
	sqlite3_stmt *st = sql_statement(&s->sql, put_sql);

	for (int i = 0; i < COLUMNS; i++)
		sqlite3_bind_text(st, i + 1, text[i], -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, COLUMNS + 1, d->at);
	sqlite3_bind_int64(st, COLUMNS + 2, d->ms);
	sqlite3_bind_int64(st, COLUMNS + 3, d->serial);
	return state_put(s, st);
}

int
decision_find(struct state_db *s, const char *what, unsigned most,
    decision_row *each, void *ctx)
{
	sqlite3_stmt *st = state_about(s, find_sql, what);
	enum answer more;
	int n = 0;

	sqlite3_bind_int64(st, 2, most);
	while ((more = sql_step(&s->sql, st)) == ANSWER_YES) {
		const char *text[COLUMNS];

		for (int i = 0; i < COLUMNS; i++) {
			text[i] = (const char *)sqlite3_column_text(st, i);
			if (text[i] == NULL)
				text[i] = "";
		}
		each(ctx,
		    &(struct decision){
			(time_t)sqlite3_column_int64(st, COLUMNS), text[0],
			text[1], text[2], text[3], text[4], text[5], text[6],
			text[7], text[8], text[9],
			(long)sqlite3_column_int64(st, COLUMNS + 1),
			(unsigned)sqlite3_column_int64(st, COLUMNS + 2)});
		n++;
	}
	return more == ANSWER_NO ? n : -1;
}

int
decision_prune(struct state_db *s, time_t before)
{
	return prune(s, prune_sql, before);
}

enum answer
repeat_find(struct state_db *s, const char *key, struct repeat *out)
{
	sqlite3_stmt *st = state_about(s, find_repeat_sql, key);
	enum answer found = sql_step(&s->sql, st);

	if (found == ANSWER_YES) {
		out->at = (time_t)sqlite3_column_int64(st, 0);
		if (!sql_text(st, 1, out->test, sizeof out->test) ||
		    !sql_text(st, 2, out->reason, sizeof out->reason))
			found = ANSWER_UNAVAILABLE;
	}
	sqlite3_reset(st);
	return found;
}

int
repeat_put(struct state_db *s, const char *key, const struct repeat *r)
{
	sqlite3_stmt *st = state_about(s, put_repeat_sql, key);

	sqlite3_bind_int64(st, 2, r->at);
	sqlite3_bind_text(st, 3, r->test, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 4, r->reason, -1, SQLITE_STATIC);
	return state_put(s, st);
}

int
repeat_prune(struct state_db *s, time_t before)
{
	return prune(s, prune_repeat_sql, before);
}

static int
prune(struct state_db *s, const char *sql, time_t before)
{
	sqlite3_stmt *st = sql_statement(&s->sql, sql);

	sqlite3_bind_int64(st, 1, before);
	return state_put(s, st);
}
