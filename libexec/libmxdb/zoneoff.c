/* SPDX-License-Identifier: ISC */
#include "zoneoff.h"

#include "statedb_parts.h"

static const char find_sql[] = "SELECT at FROM dnsbl_off WHERE zone = ?1";
static const char put_sql[] = "REPLACE INTO dnsbl_off VALUES(?1,?2,?3)";

enum answer
zoneoff_find(struct state_db *s, const char *zone, time_t now)
{
	sqlite3_stmt *st = state_about(s, find_sql, zone);
	enum answer found = sql_step(&s->sql, st);

	if (found == ANSWER_YES) {
		time_t at = (time_t)sqlite3_column_int64(st, 0);

		if (at > now || now - at > ZONE_OFF)
			found = ANSWER_NO;
	}
	sqlite3_reset(st);
	return found;
}

int
zoneoff_put(struct state_db *s, const char *zone, const char *why, time_t now)
{
	sqlite3_stmt *st = state_about(s, put_sql, zone);

	sqlite3_bind_int64(st, 2, now);
	sqlite3_bind_text(st, 3, why, -1, SQLITE_STATIC);
	return state_put(s, st);
}
