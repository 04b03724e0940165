/* SPDX-License-Identifier: ISC */
#include "primaries.h"

#include <stdlib.h>
#include <string.h>

#include "statedb_parts.h"

static const char get_sql[] =
    "SELECT state, since, outage, failures, last_attempt, next_attempt,"
    " next_ask, host, reply, doubt, doubt_why, down"
    " FROM primary_mx WHERE domain = ?1";
static const char put_sql[] =
    "INSERT INTO primary_mx(domain, state, since, outage, failures,"
    "  last_attempt, next_attempt, next_ask, host, reply, doubt, doubt_why)"
    " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)"
    " ON CONFLICT(domain) DO UPDATE SET down = down +"
    "  iif(state = 2 AND excluded.state <> 2,"
    "   max(0, excluded.since - since), 0),"
    " state = excluded.state, since = excluded.since,"
    " outage = excluded.outage, failures = excluded.failures,"
    " last_attempt = excluded.last_attempt,"
    " next_attempt = excluded.next_attempt, next_ask = excluded.next_ask,"
    " host = excluded.host, reply = excluded.reply,"
    " doubt = excluded.doubt, doubt_why = excluded.doubt_why";

static void schedule(struct primary *, const struct news *);
static bool read_row(sqlite3_stmt *, struct primary *);

bool
primary_hear(struct primary *p, const struct news *n)
{
	enum primary_state before = p->health.state;

	health_hear(&p->health, n->event, n->at);
	p->last_attempt = n->at;
	strlcpy(p->host, n->host, sizeof p->host);
	if (n->event == HEALTH_FAILED) {
		strlcpy(p->reply, n->reply, sizeof p->reply);
		schedule(p, n);
	} else {
		p->reply[0] = '\0';
		p->next_attempt = p->next_ask = 0;
	}
	/* of a new outage nothing is known yet */
	if (p->health.state == PRIMARY_DOWN && before != PRIMARY_DOWN) {
		p->doubt = 0;
		p->doubt_why[0] = '\0';
	}
	return p->health.state != before;
}

bool
primary_is_away(const struct primary *p)
{
	return p->health.state == PRIMARY_DOWN ||
	    p->health.state == PRIMARY_SUSPECT;
}

time_t
primary_down(const struct primary *p, time_t now)
{
	if (p->health.state != PRIMARY_DOWN || now <= p->health.since)
		return p->down;
	return p->down + (now - p->health.since);
}

enum answer
state_primary(struct state_db *s, const char *domain, struct primary *out)
{
	sqlite3_stmt *st = state_about(s, get_sql, domain);
	enum answer found = sql_step(&s->sql, st);

	memset(out, 0, sizeof *out);
	if (found == ANSWER_YES && !read_row(st, out)) {
		memset(out, 0, sizeof *out);
		s->sql.damaged = true; /* no row of ours */
		found = ANSWER_UNAVAILABLE;
	}
	sqlite3_reset(st);
	return found;
}

int
state_primary_put(
    struct state_db *s, const char *domain, const struct primary *p)
{
	sqlite3_stmt *st = state_about(s, put_sql, domain);

	sqlite3_bind_int(st, 2, (int)p->health.state);
	sqlite3_bind_int64(st, 3, p->health.since);
	sqlite3_bind_int64(st, 4, p->health.outage);
	sqlite3_bind_int64(st, 5, p->health.failures);
	sqlite3_bind_int64(st, 6, p->last_attempt);
	sqlite3_bind_int64(st, 7, p->next_attempt);
	sqlite3_bind_int64(st, 8, p->next_ask);
	sqlite3_bind_text(st, 9, p->host, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 10, p->reply, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 11, p->doubt);
	sqlite3_bind_text(st, 12, p->doubt_why, -1, SQLITE_STATIC);
	return state_put(s, st);
}

bool
primaries_are_sound(struct sql *q)
{
	return sql_statement(q, get_sql) != NULL;
}

bool
primary_returns(const struct primary *p)
{
	return p->health.state == PRIMARY_DOWN ||
	    p->health.state == PRIMARY_RETURNING;
}

time_t
primary_due(const struct primary *p)
{
	if (!primary_is_away(p))
		return 0;
	return p->health.state == PRIMARY_SUSPECT &&
		p->next_ask < p->next_attempt
	    ? p->next_ask
	    : p->next_attempt;
}

/* A SUSPECT is tried sooner, so that it is soon UP or DOWN. */
static void
schedule(struct primary *p, const struct news *n)
{
	bool down = p->health.state == PRIMARY_DOWN;

	p->next_attempt = backoff_next(n->backoff,
	    down ? p->health.since : p->health.outage, n->at, arc4random());
	p->next_ask = down ? p->next_attempt : n->at + PRIMARY_ASK_AGAIN;
}

static bool
read_row(sqlite3_stmt *st, struct primary *p)
{
	int state = sqlite3_column_int(st, 0);

	if (state <= PRIMARY_UNKNOWN || state >= PRIMARY_STATES)
		return false;
	p->health.state = (enum primary_state)state;
	p->health.since = (time_t)sqlite3_column_int64(st, 1);
	p->health.outage = (time_t)sqlite3_column_int64(st, 2);
	p->health.failures = (unsigned)sqlite3_column_int64(st, 3);
	p->last_attempt = (time_t)sqlite3_column_int64(st, 4);
	p->next_attempt = (time_t)sqlite3_column_int64(st, 5);
	p->next_ask = (time_t)sqlite3_column_int64(st, 6);
	p->doubt = (time_t)sqlite3_column_int64(st, 9);
	p->down = (time_t)sqlite3_column_int64(st, 11);
	return sql_text(st, 7, p->host, sizeof p->host) &&
	    sql_text(st, 8, p->reply, sizeof p->reply) &&
	    sql_text(st, 10, p->doubt_why, sizeof p->doubt_why);
}
