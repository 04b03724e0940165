/* SPDX-License-Identifier: ISC */
/*
 * state.db: hints of many short processes.  WAL, no checkpoint at each close,
 * no sync: a power cut may cost hints, never mail.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "statedb_parts.h"

/* Since LIKE_US tables were added only, so that the schema makes it new. */
enum { BUSY_MS = 1000, LIKE_US = 3, VERSION = 6, WAL_FRAMES = 64 };

static const char get_walk_sql[] =
    "SELECT dir_mtime_ns, next_due FROM walk WHERE domain = ?1";
static const char put_walk_sql[] = "REPLACE INTO walk VALUES(?1,?2,?3)";
static const char get_etrn_sql[] = "SELECT began FROM etrn WHERE domain = ?1";
static const char put_etrn_sql[] = "REPLACE INTO etrn VALUES(?1,?2)";

static const char schema[] =
#include "state_sql.h"
    ;

static int count_frames(void *, sqlite3 *, const char *, int frames);
static bool open_sound(struct sql *, const char *file, char err[DB_ERROR]);
static bool make_schema(struct sql *);
static void set_aside(const char *file);

struct state_db *
state_db_open(const char *file, char err[DB_ERROR])
{
	struct state_db *s = calloc(1, sizeof *s);

	if (s == NULL || (s->file = strdup(file)) == NULL) {
		snprintf(err, DB_ERROR, "%s: out of memory", file);
		free(s);
		return NULL;
	}
	if (open_sound(&s->sql, file, err)) {
		sqlite3_wal_hook(s->sql.db, count_frames, s);
		return s;
	}
	free(s->file);
	free(s);
	return NULL;
}

struct state_db *
state_db_again(struct state_db *s, const char *file, char err[DB_ERROR])
{
	struct stat st;
	bool there = stat(file, &st) == 0;

	if (s != NULL && there && s->dev == st.st_dev && s->ino == st.st_ino &&
	    s->frames < WAL_FRAMES && !s->sql.damaged)
		return s;
	state_db_close(s);
	s = state_db_open(file, err);
	if (s != NULL && stat(file, &st) == 0) {
		s->dev = st.st_dev;
		s->ino = st.st_ino;
	}
	return s;
}

struct state_db *
state_db_look(const char *file, char err[DB_ERROR])
{
	struct state_db *s = calloc(1, sizeof *s);

	if (s == NULL) {
		snprintf(err, DB_ERROR, "%s: out of memory", file);
		return NULL;
	}
	if (!sql_open(&s->sql, file, SQLITE_OPEN_READONLY, BUSY_MS, err)) {
		free(s);
		return NULL;
	}
	if (primaries_are_sound(&s->sql))
		return s;
	sql_error(&s->sql, file, err);
	sql_close(&s->sql);
	free(s);
	return NULL;
}

void
state_db_close(struct state_db *s)
{
	bool damaged;

	if (s == NULL)
		return;
	state_db_trim(s);
	damaged = s->sql.damaged;
	sql_close(&s->sql);
	if (damaged && s->file != NULL)
		set_aside(s->file);
	free(s->file);
	free(s);
}

void
state_db_trim(struct state_db *s)
{
	if (s->frames < WAL_FRAMES)
		return;
	sqlite3_busy_timeout(s->sql.db, 0);
	if (sqlite3_wal_checkpoint_v2(s->sql.db, NULL,
		SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK)
		s->frames = 0;
	sqlite3_busy_timeout(s->sql.db, BUSY_MS);
}

int
state_begin(struct state_db *s)
{
	return sql_exec(&s->sql, "BEGIN IMMEDIATE") == SQLITE_OK ? 0 : -1;
}

int
state_commit(struct state_db *s)
{
	if (sql_exec(&s->sql, "COMMIT") == SQLITE_OK)
		return 0;
	sql_exec(&s->sql, "ROLLBACK");
	return -1;
}

enum answer
state_walk(struct state_db *s, const char *domain, struct walk *out)
{
	sqlite3_stmt *st = state_about(s, get_walk_sql, domain);
	enum answer found = sql_step(&s->sql, st);

	if (found == ANSWER_YES) {
		out->dir_mtime_ns = sqlite3_column_int64(st, 0);
		out->next_due = (time_t)sqlite3_column_int64(st, 1);
	}
	sqlite3_reset(st);
	return found;
}

int
state_walk_put(struct state_db *s, const char *domain, const struct walk *w)
{
	sqlite3_stmt *st = state_about(s, put_walk_sql, domain);

	sqlite3_bind_int64(st, 2, w->dir_mtime_ns);
	sqlite3_bind_int64(st, 3, w->next_due);
	return state_put(s, st);
}

int64_t
walk_mtime_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

enum answer
state_etrn(struct state_db *s, const char *domain, time_t *out)
{
	sqlite3_stmt *st = state_about(s, get_etrn_sql, domain);
	enum answer found = sql_step(&s->sql, st);

	*out = found == ANSWER_YES ? (time_t)sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	return found;
}

int
state_etrn_put(struct state_db *s, const char *domain, time_t began)
{
	sqlite3_stmt *st = state_about(s, put_etrn_sql, domain);

	sqlite3_bind_int64(st, 2, began);
	return state_put(s, st);
}

/*
 * The log is emptied once it is long.  SQLite does not do so by itself where
 * processes come one after another: the first to open it anew takes all of it
 * for what is still to be copied, and reads it from end to end.
 */
static int
count_frames(void *ctx, sqlite3 *db, const char *name, int frames)
{
	struct state_db *s = ctx;

	(void)db;
	(void)name;
	s->frames = frames;
	return SQLITE_OK;
}

/* What is damaged goes aside, and a new one is made in its place: hints only
 * are lost.  Trouble of another kind (locks, room) is left as it is. */
static bool
open_sound(struct sql *q, const char *file, char err[DB_ERROR])
{
	for (int tries = 0; tries < 2; tries++) {
		bool damaged;

		if (!sql_open(q, file,
			SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, BUSY_MS,
			err))
			return false;
		sqlite3_db_config(
		    q->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		if (make_schema(q))
			return true;
		sql_error(q, file, err);
		damaged = q->damaged;
		sql_close(q);
		if (!damaged)
			return false;
		set_aside(file);
	}
	return false;
}

static bool
make_schema(struct sql *q)
{
	sqlite3_int64 version;
	int persist = 1;

	if (!sql_number(q, "PRAGMA user_version", &version))
		return false;
	sqlite3_file_control(q->db, "main", SQLITE_FCNTL_PERSIST_WAL, &persist);
	if (version >= LIKE_US && version < VERSION) {
		if (sql_exec(q, schema) != SQLITE_OK)
			return false;
		version = VERSION;
	}
	if (version == VERSION)
		return sql_exec(q, "PRAGMA synchronous = OFF") == SQLITE_OK &&
		    primaries_are_sound(q) &&
		    sql_statement(q, get_walk_sql) != NULL &&
		    sql_statement(q, get_etrn_sql) != NULL;
	if (version != 0) {
		q->damaged = true; /* of another release: as good as none */
		return false;
	}
	return sql_exec(q, "PRAGMA journal_mode = WAL") == SQLITE_OK &&
	    sql_exec(q, "PRAGMA synchronous = OFF") == SQLITE_OK &&
	    sql_exec(q, schema) == SQLITE_OK;
}

/* Where two processes do so at once, the later finds a file that is new; it
 * loses hints, no more. */
static void
set_aside(const char *file)
{
	static const char *const tails[] = {"-wal", "-shm"};
	char name[PATH_MAX + 8];

	for (unsigned i = 0; i < sizeof tails / sizeof *tails; i++) {
		snprintf(name, sizeof name, "%s%s", file, tails[i]);
		unlink(name);
	}
	snprintf(name, sizeof name, "%s.bad", file);
	rename(file, name);
}

sqlite3_stmt *
state_about(struct state_db *s, const char *sql, const char *key)
{
	sqlite3_stmt *st = sql_statement(&s->sql, sql);

	sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
	return st;
}

int
state_put(struct state_db *s, sqlite3_stmt *st)
{
	return sql_step(&s->sql, st) == ANSWER_NO ? 0 : -1;
}
