/* SPDX-License-Identifier: ISC */
#include "sql.h"

#include <stdio.h>
#include <string.h>

static void stay_small(void);
static void note(struct sql *, int result);
static sqlite3_stmt *find(const struct sql *, const char *text);

bool
sql_open(
    struct sql *q, const char *file, int flags, int busy_ms, char err[DB_ERROR])
{
	memset(q, 0, sizeof *q);
	stay_small();
	if (sqlite3_open_v2(file, &q->db, flags, NULL) != SQLITE_OK) {
		sql_error(q, file, err);
		sql_close(q);
		return false;
	}
	sqlite3_extended_result_codes(q->db, 1);
	sqlite3_busy_timeout(q->db, busy_ms);
	sqlite3_db_config(q->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(q->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return true;
}

void
sql_close(struct sql *q)
{
	for (unsigned i = 0; i < q->statements; i++)
		sqlite3_finalize(q->prepared[i]);
	sqlite3_close(q->db);
	memset(q, 0, sizeof *q);
}

int
sql_exec(struct sql *q, const char *text)
{
	int result = sqlite3_exec(q->db, text, NULL, NULL, NULL);

	note(q, result);
	return result;
}

bool
sql_number(struct sql *q, const char *text, sqlite3_int64 *out)
{
	sqlite3_stmt *st = NULL;
	int result = sqlite3_prepare_v2(q->db, text, -1, &st, NULL);

	if (result == SQLITE_OK && (result = sqlite3_step(st)) == SQLITE_ROW)
		*out = sqlite3_column_int64(st, 0);
	note(q, result);
	sqlite3_finalize(st);
	return result == SQLITE_ROW;
}

sqlite3_stmt *
sql_statement(struct sql *q, const char *text)
{
	sqlite3_stmt *st = find(q, text);
	int result;

	if (st != NULL) {
		sqlite3_reset(st);
		return st;
	}
	if (q->db == NULL || q->statements == SQL_STATEMENTS)
		return NULL;
	result = sqlite3_prepare_v3(
	    q->db, text, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL);
	note(q, result);
	if (result == SQLITE_ERROR)
		q->damaged = true; /* a table or column is not there */
	if (result != SQLITE_OK)
		return NULL;
	q->text[q->statements] = text;
	return q->prepared[q->statements++] = st;
}

sqlite3_stmt *
sql_running(struct sql *q, const char *text)
{
	sqlite3_stmt *st = find(q, text);

	return st != NULL ? st : sql_statement(q, text);
}

enum answer
sql_step(struct sql *q, sqlite3_stmt *st)
{
	int result = st == NULL ? SQLITE_ERROR : sqlite3_step(st);

	note(q, result);
	if (result == SQLITE_ROW)
		return ANSWER_YES;
	sqlite3_reset(st);
	return result == SQLITE_DONE ? ANSWER_NO : ANSWER_UNAVAILABLE;
}

bool
sql_text(sqlite3_stmt *st, int column, char *out, size_t size)
{
	return sqlite3_column_type(st, column) == SQLITE_TEXT &&
	    sql_value(st, column, out, size);
}

bool
sql_value(sqlite3_stmt *st, int column, char *out, size_t size)
{
	const char *text;
	int n;

	if (size > 0 && sqlite3_column_type(st, column) == SQLITE_NULL) {
		*out = '\0';
		return true;
	}
	text = (const char *)sqlite3_column_text(st, column);
	n = sqlite3_column_bytes(st, column);
	if (text == NULL || (size_t)n >= size || strlen(text) != (size_t)n)
		return false;
	memcpy(out, text, (size_t)n + 1);
	return true;
}

void
sql_error(const struct sql *q, const char *file, char err[DB_ERROR])
{
	snprintf(err, DB_ERROR, "%s: %s", file,
	    q->db ? sqlite3_errmsg(q->db) : "out of memory");
}

static sqlite3_stmt *
find(const struct sql *q, const char *text)
{
	for (unsigned i = 0; i < q->statements; i++) {
		if (q->text[i] == text)
			return q->prepared[i];
	}
	return NULL;
}

/*
 * For processes that have no threads, live shortly and ask little: no mutexes,
 * and no memory set aside, which is touched whole when a database is opened.
 * Once SQLite runs, which is after the first call, this does nothing.
 */
static void
stay_small(void)
{
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
	sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
}

static void
note(struct sql *q, int result)
{
	if ((result & 0xff) == SQLITE_CORRUPT ||
	    (result & 0xff) == SQLITE_NOTADB)
		q->damaged = true;
}
