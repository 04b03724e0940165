/* SPDX-License-Identifier: ISC */
#include "usage.h"

#include <string.h>

#include "spool.h"
#include "statedb_parts.h"

static const char find_sql[] =
    "SELECT messages, held, octets, oldest, delays FROM usage"
    " WHERE domain = ?1";
static const char put_sql[] = "REPLACE INTO usage VALUES(?1,?2,?3,?4,?5,?6)";
static const char add_sql[] =
    "INSERT INTO usage VALUES(?1,1,0,?2,?3,0)"
    " ON CONFLICT(domain) DO UPDATE SET messages = messages + 1,"
    " octets = octets + excluded.octets,"
    " oldest = iif(oldest = 0, excluded.oldest, oldest)";
static const char find_sums_sql[] =
    "SELECT messages, held, octets, oldest, until, names, steered FROM sums"
    " WHERE domain = ?1";
static const char put_sums_sql[] =
    "REPLACE INTO sums VALUES(?1,?2,?3,?4,?5,?6,?7,?8)";
static const char forget_sql[] = "DELETE FROM sums WHERE domain = ?1";
static const char told_sql[] =
    "SELECT at FROM notice WHERE domain = ?1 AND kind = ?2";
static const char tell_sql[] = "REPLACE INTO notice VALUES(?1,?2,?3)";

static void read_counts(sqlite3_stmt *, struct usage *);
static void bind_counts(sqlite3_stmt *, const struct usage *);

void
usage_count(struct usage *u, const char *name, const struct stat *st)
{
	time_t came = id_time(name);

	u->messages++;
	u->octets += (uint64_t)st->st_size;
	if (st->st_mtime == SPOOL_HELD)
		u->held++;
	else if (u->oldest == 0 || came < u->oldest)
		u->oldest = came;
}

enum answer
usage_find(struct state_db *s, const char *domain, struct usage *out)
{
	sqlite3_stmt *st = state_about(s, find_sql, domain);
	enum answer found = sql_step(&s->sql, st);

	memset(out, 0, sizeof *out);
	if (found == ANSWER_YES) {
		read_counts(st, out);
		out->delays = (time_t)sqlite3_column_int64(st, 4);
	}
	sqlite3_reset(st);
	return found;
}

int
usage_put(struct state_db *s, const char *domain, const struct usage *u)
{
	sqlite3_stmt *st = state_about(s, put_sql, domain);

	bind_counts(st, u);
	sqlite3_bind_int64(st, 6, u->delays);
	return state_put(s, st);
}

int
usage_add(struct state_db *s, const char *domain, uint64_t octets, time_t now)
{
	sqlite3_stmt *st = state_about(s, add_sql, domain);

	sqlite3_bind_int64(st, 2, (sqlite3_int64)octets);
	sqlite3_bind_int64(st, 3, now);
	return state_put(s, st);
}

enum answer
sums_find(struct state_db *s, const char *domain, struct sums *out)
{
	sqlite3_stmt *st = state_about(s, find_sums_sql, domain);
	enum answer found = sql_step(&s->sql, st);

	memset(out, 0, sizeof *out);
	if (found == ANSWER_YES) {
		read_counts(st, &out->usage);
		out->until = (time_t)sqlite3_column_int64(st, 4);
		out->names = (uint64_t)sqlite3_column_int64(st, 5);
		out->steered = sqlite3_column_int64(st, 6);
	}
	sqlite3_reset(st);
	return found;
}

int
sums_put(struct state_db *s, const char *domain, const struct sums *sums)
{
	sqlite3_stmt *st = state_about(s, put_sums_sql, domain);

	bind_counts(st, &sums->usage);
	sqlite3_bind_int64(st, 6, sums->until);
	sqlite3_bind_int64(st, 7, (sqlite3_int64)sums->names);
	sqlite3_bind_int64(st, 8, sums->steered);
	return state_put(s, st);
}

int
sums_forget(struct state_db *s, const char *domain)
{
	return state_put(s, state_about(s, forget_sql, domain));
}

time_t
notice_told(struct state_db *s, const char *domain, const char *kind)
{
	sqlite3_stmt *st = state_about(s, told_sql, domain);
	time_t at = 0;

	sqlite3_bind_text(st, 2, kind, -1, SQLITE_STATIC);
	if (sql_step(&s->sql, st) == ANSWER_YES)
		at = (time_t)sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return at;
}

int
notice_tell(
    struct state_db *s, const char *domain, const char *kind, time_t now)
{
	sqlite3_stmt *st = state_about(s, tell_sql, domain);

	sqlite3_bind_text(st, 2, kind, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 3, now);
	return state_put(s, st);
}

/* Both tables begin with them, behind the domain. */
static void
read_counts(sqlite3_stmt *st, struct usage *u)
{
	u->messages = (uint64_t)sqlite3_column_int64(st, 0);
	u->held = (uint64_t)sqlite3_column_int64(st, 1);
	u->octets = (uint64_t)sqlite3_column_int64(st, 2);
	u->oldest = (time_t)sqlite3_column_int64(st, 3);
}

static void
bind_counts(sqlite3_stmt *st, const struct usage *u)
{
	sqlite3_bind_int64(st, 2, (sqlite3_int64)u->messages);
	sqlite3_bind_int64(st, 3, (sqlite3_int64)u->held);
	sqlite3_bind_int64(st, 4, (sqlite3_int64)u->octets);
	sqlite3_bind_int64(st, 5, u->oldest);
}
