/* SPDX-License-Identifier: ISC */
/*
 * What policydb*.c share; no one else includes it.  A question about a row goes
 * to the rows that are kept, else to SQLite: the answer is the same.
 */
#ifndef POLICYDB_PARTS_H
#define POLICYDB_PARTS_H

#include "policy_rows.h"
#include "policydb.h"
#include "sql.h"

struct policy_db {
	struct sql sql; /* .db NULL: all that there is, is kept */
	struct policy_rows rows;
	char row[2048]; /* the last that SQLite gave */
};

/* As policy_db_open(), waiting BUSY_MS for who commits. */
struct policy_db *policy_open_busy(
    const char *file, int busy_ms, char err[DB_ERROR]);
/* Keeps, of one moment, every table of MOST rows or less. */
void policy_keep(struct policy_db *, unsigned most);

/* YES: the row with KEY (one or two columns), valid until the next question;
 * NO: there is none. */
enum answer policy_find(struct policy_db *, enum policy_table,
    const char *const key[2], struct policy_row *);
/* The rows in turn, *AT counts them from 0; NO: that was the last.  Who stops
 * before says so. */
enum answer policy_next(
    struct policy_db *, enum policy_table, unsigned *at, struct policy_row *);
void policy_stop(struct policy_db *, enum policy_table);

/* A column that names a verdict; false when it does not. */
bool policy_parse_verdict(const char *, enum verdict *);

#endif
