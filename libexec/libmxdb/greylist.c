/* SPDX-License-Identifier: ISC */
#include "greylist.h"

#include "statedb_parts.h"

enum { NOTE_EVERY = 86400 }; /* a host in use costs one write a day */

static const char find_sql[] =
    "SELECT first, passed FROM greylist WHERE host = ?1";
static const char put_sql[] = "REPLACE INTO greylist VALUES(?1,?2,?3)";
static const char prune_sql[] =
    "DELETE FROM greylist WHERE max(first, passed) <"
    " iif(passed = 0, ?1, ?2)";

struct row {
	time_t first, passed;
};

static enum answer find(struct state_db *, const char *host, struct row *);
static int store(struct state_db *, const char *host, const struct row *);
static bool is_white(const struct greylist *, const struct row *, time_t now);

enum answer
greylist_knows(
    struct state_db *s, const struct greylist *g, const char *host, time_t now)
{
	struct row row;
	enum answer found = find(s, host, &row);

	if (found != ANSWER_YES)
		return found;
	return is_white(g, &row, now) ? ANSWER_YES : ANSWER_NO;
}

enum answer
greylist_ask(struct state_db *s, const struct greylist *g, const char *host,
    time_t now, time_t *wait)
{
	struct row row = {.first = 0};
	enum answer found = find(s, host, &row);

	if (found == ANSWER_UNAVAILABLE)
		return found;
	if (found == ANSWER_YES && is_white(g, &row, now)) {
		if (now - row.passed < NOTE_EVERY)
			return ANSWER_YES;
	} else if (found == ANSWER_NO || row.passed != 0 || row.first > now ||
	    now - row.first > g->window) {
		row = (struct row){.first = now};
		*wait = g->delay;
		if (*wait > 0)
			return store(s, host, &row) == 0 ? ANSWER_NO
							 : ANSWER_UNAVAILABLE;
	} else if (now - row.first < g->delay) {
		*wait = g->delay - (now - row.first);
		return ANSWER_NO;
	}
	row.passed = now;
	store(s, host, &row); /* not to note it costs a wait, no more */
	return ANSWER_YES;
}

int
greylist_note(struct state_db *s, const char *host, time_t now)
{
	return store(s, host, &(struct row){.first = now, .passed = now});
}

int
greylist_prune(struct state_db *s, const struct greylist *g, time_t now)
{
	sqlite3_stmt *st = sql_statement(&s->sql, prune_sql);

	sqlite3_bind_int64(st, 1, now - g->window);
	sqlite3_bind_int64(st, 2, now - g->white);
	return state_put(s, st);
}

static enum answer
find(struct state_db *s, const char *host, struct row *out)
{
	sqlite3_stmt *st = state_about(s, find_sql, host);
	enum answer found = sql_step(&s->sql, st);

	if (found == ANSWER_YES) {
		out->first = (time_t)sqlite3_column_int64(st, 0);
		out->passed = (time_t)sqlite3_column_int64(st, 1);
	}
	sqlite3_reset(st);
	return found;
}

static int
store(struct state_db *s, const char *host, const struct row *row)
{
	sqlite3_stmt *st = state_about(s, put_sql, host);

	sqlite3_bind_int64(st, 2, row->first);
	sqlite3_bind_int64(st, 3, row->passed);
	return state_put(s, st);
}

/* A time in the future is a clock that was wrong. */
static bool
is_white(const struct greylist *g, const struct row *row, time_t now)
{
	return row->passed != 0 && row->passed <= now &&
	    now - row->passed <= g->white;
}
