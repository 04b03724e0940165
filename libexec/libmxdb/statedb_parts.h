/* SPDX-License-Identifier: ISC */
/* What the files about state.db's tables share; no one else includes it. */
#ifndef STATEDB_PARTS_H
#define STATEDB_PARTS_H

#include "sql.h"
#include "statedb.h"

struct state_db {
	struct sql sql;
	char *file; /* NULL: opened to be read only */
	int frames; /* in the log, after our last commit */
	dev_t dev;  /* of the file, where that is to be known */
	ino_t ino;
};

/* The statement with its first parameter set; NULL on trouble. */
sqlite3_stmt *state_about(struct state_db *, const char *sql, const char *key);
/* Runs a statement that returns no row.  0 or -1. */
int state_put(struct state_db *, sqlite3_stmt *);

/* primaries.c: its table is what this release reads. */
bool primaries_are_sound(struct sql *);

#endif
