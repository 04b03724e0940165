/* SPDX-License-Identifier: ISC */
/*
 * state.db, hints (share/state.sql, mx-schema(5)): made anew when it is gone,
 * never in the way when it is broken.  WAL; every write is one short
 * transaction begun IMMEDIATE.  A handle must not cross a fork.
 */
#ifndef STATEDB_H
#define STATEDB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "bounds.h"
#include "policydb.h"

struct walk { /* what a walk of queue/<domain> found, so that the next need
		 not look while the directory has not changed */
	int64_t dir_mtime_ns;
	time_t next_due; /* the earliest attempt or expiry of any message */
};

struct state_db;

/* Opens or makes FILE.  A file that is not a database, or damaged, is set
 * aside as FILE.bad and a new one made.  NULL with a sentence in ERR. */
struct state_db *state_db_open(const char *file, char err[DB_ERROR]);
/* The same for who comes again and again: S if it is still that file, and its
 * log is short; else S is closed, NULL too.  While it is open, others need not
 * read the log from end to end. */
struct state_db *state_db_again(
    struct state_db *s, const char *file, char err[DB_ERROR]);
/* Opens FILE to read it, and leaves it as it is whatever it is. */
struct state_db *state_db_look(const char *file, char err[DB_ERROR]);
void state_db_close(struct state_db *);
/* For who keeps it open: a log that has grown goes into the database. */
void state_db_trim(struct state_db *);

/* Each: 0, or -1 (locked too long, full, damaged): go on without. */
int state_begin(struct state_db *); /* group several puts in a transaction */
int state_commit(struct state_db *);
enum answer state_walk(struct state_db *, const char *domain, struct walk *);
int state_walk_put(struct state_db *, const char *domain, const struct walk *);
/* The mtime of a directory, as a walk has it. */
int64_t walk_mtime_ns(const struct stat *);
/* When an ETRN run for the domain last began; 0: never. */
enum answer state_etrn(struct state_db *, const char *domain, time_t *out);
int state_etrn_put(struct state_db *, const char *domain, time_t);

#endif
