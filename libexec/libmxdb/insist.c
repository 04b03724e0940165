/* SPDX-License-Identifier: ISC */
#include "insist.h"

#include "statedb_parts.h"

static const char find_sql[] =
    "SELECT first, last, times FROM insist WHERE key = ?1";
static const char put_sql[] = "REPLACE INTO insist VALUES(?1,?2,?3,?4)";
static const char prune_sql[] = "DELETE FROM insist WHERE last < ?1";

enum answer
insist_try(struct state_db *s, const char *key, time_t now)
{
	sqlite3_stmt *st = state_about(s, find_sql, key);
	enum answer found = sql_step(&s->sql, st);
	time_t first = now, last = 0;
	sqlite3_int64 times = 0;

	if (found == ANSWER_YES) {
		first = (time_t)sqlite3_column_int64(st, 0);
		last = (time_t)sqlite3_column_int64(st, 1);
		times = sqlite3_column_int64(st, 2);
	}
	sqlite3_reset(st);
	if (found == ANSWER_UNAVAILABLE)
		return found;
	if (first > now || last > now || now - last > INSIST_FORGET) {
		first = now;
		times = 0;
	}
	if (times > 0 && now - last < INSIST_APART && times < INSIST_TIMES)
		return ANSWER_NO;
	times++;
	st = state_about(s, put_sql, key);
	sqlite3_bind_int64(st, 2, first);
	sqlite3_bind_int64(st, 3, now);
	sqlite3_bind_int64(st, 4, times);
	if (state_put(s, st) == -1)
		return ANSWER_UNAVAILABLE;
	return times >= INSIST_TIMES && now - first >= INSIST_SECONDS
	    ? ANSWER_YES
	    : ANSWER_NO;
}

int
insist_prune(struct state_db *s, time_t now)
{
	sqlite3_stmt *st = sql_statement(&s->sql, prune_sql);

	sqlite3_bind_int64(st, 1, now - INSIST_FORGET);
	return state_put(s, st);
}
