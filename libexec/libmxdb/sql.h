/* SPDX-License-Identifier: ISC */
/* What both databases need of SQLite: opening, prepared questions, trouble. */
#ifndef SQL_H
#define SQL_H

#include <sqlite3.h>
#include <stdbool.h>

#include "policydb.h"

enum { SQL_STATEMENTS = 48 };

struct sql {
	sqlite3 *db;
	unsigned statements;
	const char *text[SQL_STATEMENTS]; /* of what is prepared */
	sqlite3_stmt *prepared[SQL_STATEMENTS];
	bool damaged; /* a statement met what is no sound database */
};

/* FLAGS of sqlite3_open_v2(); waits BUSY_MS for locks.  False with a sentence
 * in ERR, and nothing open. */
bool sql_open(
    struct sql *, const char *file, int flags, int busy_ms, char err[DB_ERROR]);
void sql_close(struct sql *);
/* Runs text that returns nothing of interest; a result code of SQLite. */
int sql_exec(struct sql *, const char *text);
/* The first column of the first row of TEXT as a number; false on trouble. */
bool sql_number(struct sql *, const char *text, sqlite3_int64 *out);
/* TEXT, a constant, prepared once and known by its address; reset; NULL on
 * trouble. */
sqlite3_stmt *sql_statement(struct sql *, const char *text);
/* The same as it stands, in the midst of its rows. */
sqlite3_stmt *sql_running(struct sql *, const char *text);
/* YES: a row is there; NO: none; UNAVAILABLE. */
enum answer sql_step(struct sql *, sqlite3_stmt *);
/* A column that must be text of less than SIZE octets without NUL. */
bool sql_text(sqlite3_stmt *, int column, char *out, size_t size);
/* A column of any kind as text; NULL is "". */
bool sql_value(sqlite3_stmt *, int column, char *out, size_t size);
/* "FILE: what SQLite says". */
void sql_error(const struct sql *, const char *file, char err[DB_ERROR]);

#endif
