/* SPDX-License-Identifier: ISC */
#include "address.h"

#include <string.h>

#include "statedb_parts.h"

enum { FORGET = 120 * 86400 }; /* rows that no outage keeps alive */

static const char find_sql[] =
    "SELECT good, asked, times, down, reply, good_at FROM address"
    " WHERE address = ?1 AND kind = ?2";
static const char note_sql[] =
    "INSERT INTO address(address, kind, good, asked, times, down, reply,"
    " good_at)"
    " VALUES(?1,?2,?3,?4,1,?5,?6,iif(?3, ?4, 0)) ON CONFLICT(kind, address) DO "
    "UPDATE SET"
    " times = iif(good = excluded.good, times + 1, 1), good = excluded.good,"
    " good_at = iif(excluded.good, excluded.asked, good_at),"
    " asked = excluded.asked, down = excluded.down, reply = excluded.reply";
static const char budget_sql[] =
    "SELECT began, used FROM budget WHERE name = ?1";
static const char use_sql[] = "REPLACE INTO budget VALUES(?1,?2,?3)";
static const char prune_sql[] = "DELETE FROM address WHERE asked < ?1";
static const char prune_budget_sql[] = "DELETE FROM budget WHERE began < ?1";

struct budget {
	time_t began;
	unsigned used;
};

static time_t lifetime(const struct address *);
static time_t age(const struct address *, time_t now, time_t down);
static void bind_kind(sqlite3_stmt *, enum address_kind);
static enum answer budget_find(struct state_db *, const char *name,
    time_t period, time_t now, struct budget *);

enum answer
address_find(struct state_db *s, enum address_kind kind, const char *address,
    struct address *out)
{
	sqlite3_stmt *st = state_about(s, find_sql, address);
	enum answer found;

	bind_kind(st, kind);
	found = sql_step(&s->sql, st);
	if (found == ANSWER_YES) {
		out->good = sqlite3_column_int(st, 0) == 1;
		out->asked = (time_t)sqlite3_column_int64(st, 1);
		out->times = (unsigned)sqlite3_column_int(st, 2);
		out->down = (time_t)sqlite3_column_int64(st, 3);
		out->good_at = (time_t)sqlite3_column_int64(st, 5);
		if (!sql_text(st, 4, out->reply, sizeof out->reply))
			found = ANSWER_UNAVAILABLE;
	}
	sqlite3_reset(st);
	return found;
}

int
address_note(struct state_db *s, enum address_kind kind, const char *address,
    const struct address *a)
{
	sqlite3_stmt *st = state_about(s, note_sql, address);

	bind_kind(st, kind);
	sqlite3_bind_int(st, 3, a->good);
	sqlite3_bind_int64(st, 4, a->asked);
	sqlite3_bind_int64(st, 5, a->down);
	sqlite3_bind_text(st, 6, a->reply, -1, SQLITE_STATIC);
	return state_put(s, st);
}

bool
address_holds(const struct address *a, time_t now, time_t down)
{
	return a->asked <= now && age(a, now, down) <= lifetime(a);
}

bool
address_is_stale(const struct address *a, time_t now, time_t down)
{
	return a->good && age(a, now, down) > ADDRESS_REFRESH;
}

enum answer
budget_take(struct state_db *s, const char *name, unsigned most, time_t period,
    time_t now)
{
	struct budget b;
	enum answer left = budget_find(s, name, period, now, &b);
	sqlite3_stmt *st;

	if (left == ANSWER_UNAVAILABLE)
		return left;
	if (b.used >= most)
		return ANSWER_NO;
	st = state_about(s, use_sql, name);
	sqlite3_bind_int64(st, 2, b.began);
	sqlite3_bind_int64(st, 3, b.used + 1);
	return state_put(s, st) == 0 ? ANSWER_YES : ANSWER_UNAVAILABLE;
}

enum answer
budget_left(struct state_db *s, const char *name, unsigned most, time_t period,
    time_t now)
{
	struct budget b;
	enum answer left = budget_find(s, name, period, now, &b);

	if (left == ANSWER_UNAVAILABLE)
		return left;
	return b.used < most ? ANSWER_YES : ANSWER_NO;
}

int
address_prune(struct state_db *s, time_t now)
{
	sqlite3_stmt *st = sql_statement(&s->sql, prune_sql);
	int result;

	sqlite3_bind_int64(st, 1, now - FORGET);
	result = state_put(s, st);
	st = sql_statement(&s->sql, prune_budget_sql);
	sqlite3_bind_int64(st, 1, now - BUDGET_LONGEST);
	return state_put(s, st) == 0 ? result : -1;
}

static time_t
lifetime(const struct address *a)
{
	if (a->good)
		return ADDRESS_GOOD;
	return a->times > ADDRESS_CONFIRMATIONS ? ADDRESS_CONFIRMED
						: ADDRESS_BAD;
}

/* The time in which it could have been asked again. */
static time_t
age(const struct address *a, time_t now, time_t down)
{
	time_t silent = down > a->down ? down - a->down : 0;

	return now - a->asked - silent;
}

/* Nothing is copied: without memory the kind would be none, and what is known
 * would not be found. */
static void
bind_kind(sqlite3_stmt *st, enum address_kind kind)
{
	static const char kinds[] = {
	    ADDRESS_RECIPIENT, ADDRESS_SENDER, ADDRESS_CATCHALL};
	const char *at = memchr(kinds, kind, sizeof kinds);

	sqlite3_bind_text(st, 2, at, 1, SQLITE_STATIC);
}

static enum answer
budget_find(struct state_db *s, const char *name, time_t period, time_t now,
    struct budget *out)
{
	sqlite3_stmt *st = state_about(s, budget_sql, name);
	enum answer found = sql_step(&s->sql, st);

	*out = (struct budget){.began = now};
	if (found == ANSWER_YES) {
		time_t began = (time_t)sqlite3_column_int64(st, 0);

		if (began <= now && now - began < period) {
			out->began = began;
			out->used = (unsigned)sqlite3_column_int64(st, 1);
		}
	}
	sqlite3_reset(st);
	return found;
}
