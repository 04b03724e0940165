/* SPDX-License-Identifier: ISC */
/*
 * Rows of policy.db that were read at once and are kept: sorted, packed, free
 * of pointers, so that another process can map them.
 */
#ifndef POLICY_ROWS_H
#define POLICY_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum policy_table {	/* the key's columns come first; so rows are sorted */
	POLICY_DOMAIN,	/* name: subdomains, route */
	POLICY_VERDICT, /* test: verdict, on_unavailable */
	POLICY_DOMAIN_VERDICT, /* domain, test: verdict, on_unavailable */
	POLICY_BACKOFF,	       /* after, every */
	POLICY_SETTING,	       /* name: value */
	POLICY_DOMAIN_SETTING, /* domain, name: value */
	POLICY_CLIENT,	       /* network, verdict */
	POLICY_ZONE,	       /* zone, codes, weight */
	POLICY_RECIPIENT,      /* address */
	POLICY_NO_CALLOUT,     /* domain */
	POLICY_TABLES
};

enum { POLICY_COLUMNS = 4 };

struct policy_row { /* NULL of SQL is ""; numbers are digits */
	const char *column[POLICY_COLUMNS];
};

struct policy_rows {
	struct {
		bool held;
		uint32_t first, n; /* in index */
	} table[POLICY_TABLES];
	uint32_t *index; /* of each row: where its text begins */
	size_t indexes, index_room;
	char *text; /* columns one behind the other, NUL after each */
	size_t len, room;
};

void policy_rows_init(struct policy_rows *);
void policy_rows_free(struct policy_rows *);
/* Rows come table by table, in the order of their keys: begin, add ..., then
 * hold or drop.  False: out of memory, or too large. */
void policy_rows_begin(struct policy_rows *, enum policy_table);
bool policy_rows_add(
    struct policy_rows *, const struct policy_row *, unsigned columns);
void policy_rows_hold(struct policy_rows *, enum policy_table);
void policy_rows_drop(struct policy_rows *, enum policy_table);
bool policy_rows_hold_all(const struct policy_rows *);

/* The row with KEY, of the first one or two columns; false: there is none. */
bool policy_rows_find(const struct policy_rows *, enum policy_table,
    const char *const key[2], struct policy_row *);
/* Row number AT; false behind the last. */
bool policy_rows_at(const struct policy_rows *, enum policy_table, unsigned at,
    struct policy_row *);

/* Writes all of it at the start of the file FD; maps what was written so.  A
 * mapping costs a fork nothing, whatever its size.  0 or -1. */
int policy_rows_write(const struct policy_rows *, int fd);
int policy_rows_map(struct policy_rows *, int fd);
void policy_rows_unmap(struct policy_rows *);

#endif
