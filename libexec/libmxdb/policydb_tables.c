/* SPDX-License-Identifier: ISC */
/* policy.db: where a row comes from. */
#include <string.h>

#include "policydb_parts.h"

struct table {
	unsigned columns;
	const char *one, *all;
};

static const struct table tables[POLICY_TABLES] = {
    [POLICY_DOMAIN] = {3,
	"SELECT name, subdomains, route FROM domain WHERE name = ?1",
	"SELECT name, subdomains, route FROM domain ORDER BY name"},
    [POLICY_VERDICT] = {3,
	"SELECT test, verdict, on_unavailable FROM policy WHERE test = ?1",
	"SELECT test, verdict, on_unavailable FROM policy ORDER BY test"},
    [POLICY_DOMAIN_VERDICT] = {4,
	"SELECT domain, test, verdict, on_unavailable FROM domain_policy"
	" WHERE domain = ?1 AND test = ?2",
	"SELECT domain, test, verdict, on_unavailable FROM domain_policy"
	" ORDER BY domain, test"},
    [POLICY_BACKOFF] = {2, NULL,
	"SELECT after, every FROM backoff ORDER BY after"},
    [POLICY_SETTING] = {2, "SELECT name, value FROM setting WHERE name = ?1",
	"SELECT name, value FROM setting ORDER BY name"},
    [POLICY_DOMAIN_SETTING] = {3,
	"SELECT domain, name, value FROM domain_setting"
	" WHERE domain = ?1 AND name = ?2",
	"SELECT domain, name, value FROM domain_setting"
	" ORDER BY domain, name"},
    [POLICY_CLIENT] = {2, NULL,
	"SELECT network, verdict FROM client ORDER BY network"},
    [POLICY_ZONE] = {3, NULL,
	"SELECT zone, codes, weight FROM dnsbl ORDER BY zone"},
    [POLICY_RECIPIENT] = {1, "SELECT address FROM recipient WHERE address = ?1",
	"SELECT address FROM recipient ORDER BY address"},
    [POLICY_NO_CALLOUT] = {1, "SELECT domain FROM no_callout WHERE domain = ?1",
	"SELECT domain FROM no_callout ORDER BY domain"},
};

static bool keep_table(struct policy_db *, enum policy_table, unsigned most);
static enum answer step(
    struct policy_db *, enum policy_table, sqlite3_stmt *, struct policy_row *);

void
policy_keep(struct policy_db *p, unsigned most)
{
	if (sql_exec(&p->sql, "BEGIN") != SQLITE_OK)
		return;
	for (unsigned t = 0; t < POLICY_TABLES; t++) {
		policy_rows_begin(&p->rows, t);
		if (keep_table(p, t, most))
			policy_rows_hold(&p->rows, t);
		else
			policy_rows_drop(&p->rows, t);
		policy_stop(p, t);
	}
	sql_exec(&p->sql, "COMMIT");
	if (policy_rows_hold_all(&p->rows))
		sql_close(&p->sql);
}

enum answer
policy_find(struct policy_db *p, enum policy_table t, const char *const key[2],
    struct policy_row *row)
{
	enum answer found;
	sqlite3_stmt *st;

	if (p->rows.table[t].held)
		return policy_rows_find(&p->rows, t, key, row) ? ANSWER_YES
							       : ANSWER_NO;
	st = sql_statement(&p->sql, tables[t].one);
	sqlite3_bind_text(st, 1, key[0], -1, SQLITE_STATIC);
	if (key[1] != NULL)
		sqlite3_bind_text(st, 2, key[1], -1, SQLITE_STATIC);
	found = step(p, t, st, row);
	sqlite3_reset(st);
	return found;
}

enum answer
policy_next(struct policy_db *p, enum policy_table t, unsigned *at,
    struct policy_row *row)
{
	static const struct policy_row none;

	*row = none;
	if (p->rows.table[t].held)
		return policy_rows_at(&p->rows, t, (*at)++, row) ? ANSWER_YES
								 : ANSWER_NO;
	if ((*at)++ == 0)
		policy_stop(p, t); /* and so begins anew */
	return step(p, t, sql_running(&p->sql, tables[t].all), row);
}

void
policy_stop(struct policy_db *p, enum policy_table t)
{
	if (p->sql.db != NULL)
		sqlite3_reset(sql_statement(&p->sql, tables[t].all));
}

static bool
keep_table(struct policy_db *p, enum policy_table t, unsigned most)
{
	sqlite3_stmt *st = sql_statement(&p->sql, tables[t].all);
	struct policy_row row;
	enum answer more;
	unsigned n = 0;

	while ((more = step(p, t, st, &row)) == ANSWER_YES) {
		if (n++ == most ||
		    !policy_rows_add(&p->rows, &row, tables[t].columns))
			return false;
	}
	return more == ANSWER_NO;
}

/* The next row of the statement, copied. */
static enum answer
step(struct policy_db *p, enum policy_table t, sqlite3_stmt *st,
    struct policy_row *row)
{
	enum answer found = sql_step(&p->sql, st);
	size_t len = 0;

	for (unsigned i = 0; found == ANSWER_YES && i < tables[t].columns;
	     i++) {
		char *at = p->row + len;

		if (!sql_value(st, (int)i, at, sizeof p->row - len))
			found = ANSWER_UNAVAILABLE;
		else
			len += strlen(at) + 1;
		row->column[i] = at;
	}
	return found;
}
