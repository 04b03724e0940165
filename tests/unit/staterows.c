/* SPDX-License-Identifier: ISC */
/*
 * Rows of state.db that are not as we write them, of a file that was made by
 * other hands or damaged: they are as good as none; and a file that changes
 * under who keeps it open.
 */
#include "address.h"
#include "decision.h"
#include "greylist.h"
#include "primaries.h"
#include "scratch.h"
#include "statedb.h"
#include "stscache.h"
#include "tap.h"
#include "tlsrpt_rows.h"
#include "zoneoff.h"

enum { NOW = 1800000000, DAY = 86400 };

/* Of this version, and without any constraint. */
static const char tables[] =
    "PRAGMA user_version = 6;"
    "CREATE TABLE primary_mx(domain, state, since, outage, failures,"
    " last_attempt, next_attempt, next_ask, host, reply, doubt, doubt_why,"
    " down);"
    "CREATE TABLE walk(domain, dir_mtime_ns, next_due);"
    "CREATE TABLE etrn(domain, began);"
    "CREATE TABLE greylist(host PRIMARY KEY, first, passed);"
    "CREATE TABLE address(kind, address, good, asked, times, down, reply,"
    " good_at);"
    "CREATE TABLE budget(name, began, used);"
    "CREATE TABLE repeat(key, at, test, reason);"
    "CREATE TABLE sts(domain, id, fetched, tried, until, policy);"
    "CREATE TABLE dnsbl_off(zone, at, why);"
    "CREATE TABLE tlsrpt(day, domain, policy, policy_domain, policy_text,"
    " host, ip, result, reason, sessions);"
    "CREATE TABLE decision(number INTEGER PRIMARY KEY, at, connection, serial,"
    " message, client, helo, sender, recipient, test, outcome, verdict,"
    " reason, ms);";

static const char long_text[] = "printf('%.5000c', 'x')";

static struct state_db *
with(const char *format, const char *value)
{
	char err[DB_ERROR], sql[512];
	struct state_db *s;

	snprintf(sql, sizeof sql, format, value, value, value);
	unlink(scratch("state.db"));
	scratch_sql(scratch("state.db"), tables);
	scratch_sql(scratch("state.db"), sql);
	s = state_db_open(scratch("state.db"), err);
	if (s == NULL) {
		printf("Bail out! %s\n", err);
		exit(99);
	}
	return s;
}

static void
primary_is(const char *row, const char *value, const char *name)
{
	struct primary p;
	struct state_db *s = with(row, value);

	ok(state_primary(s, "a.test", &p) == ANSWER_UNAVAILABLE &&
		p.health.state == PRIMARY_UNKNOWN,
	    "a primary with %s is not known", name);
	state_db_close(s);
	ok(unlink(scratch("state.db.bad")) == 0, "and the file goes aside");
}

#define PRIMARY(state, host, reply, why)                                      \
	"INSERT INTO primary_mx VALUES('a.test'," state ", 1, 1, 1, 1, 1, 1," \
	" " host ", " reply ", 1, " why ", 1)"

static void
test_primaries(void)
{
	primary_is(PRIMARY("0", "''", "''", "''"), "", "no state");
	primary_is(PRIMARY("9", "''", "''", "''"), "", "another's state");
	primary_is(PRIMARY("1", "%s", "''", "''"), long_text, "a long host");
	primary_is(PRIMARY("1", "''", "%s", "''"), long_text, "a long reply");
	primary_is(PRIMARY("1", "''", "''", "%s"), long_text, "a long doubt");
	primary_is(PRIMARY("1", "%s", "''", "''"), "NULL", "no host");
	primary_is(PRIMARY("1", "''", "7", "''"), "", "a number for a reply");
	primary_is(PRIMARY("1", "'a' || char(0)", "''", "''"), "", "a NUL");
}

static void
test_addresses(void)
{
	struct address a;
	struct state_db *s = with("INSERT INTO address VALUES"
				  "('r', 'a@b', 1, 1, 1, 1, %s, 1)",
	    long_text);

	is_int(address_find(s, ADDRESS_RECIPIENT, "a@b", &a),
	    ANSWER_UNAVAILABLE, "an address with a long reply");
	state_db_close(s);
	s = with("INSERT INTO budget VALUES('x', 1800000100, 5)", "");
	is_int(budget_left(s, "x", 5, 600, NOW), ANSWER_YES,
	    "a budget of the future is a new one");
	is_int(budget_left(s, "x", 5, 600, NOW + 100), ANSWER_NO,
	    "which it is then no longer");
	is_int(budget_left(s, "x", 5, 600, NOW + 700), ANSWER_YES,
	    "until it is over");
	state_db_close(s);
}

static void
test_repeats(void)
{
	struct repeat r;
	struct state_db *s = with("INSERT INTO repeat VALUES"
				  "('k', 1, %s, ''), ('l', 1, '', %s)",
	    long_text);

	is_int(repeat_find(s, "k", &r), ANSWER_UNAVAILABLE, "a long test");
	is_int(repeat_find(s, "l", &r), ANSWER_UNAVAILABLE, "a long reason");
	state_db_close(s);
}

static void
policy_is(const char *row, const char *value, const char *name)
{
	static struct sts_entry e;
	struct state_db *s = with(row, value);

	e.tried = 1;
	ok(stscache_find(s, "a.test", &e) == ANSWER_NO && e.tried == 0,
	    "%s is none", name);
	state_db_close(s);
}

static void
test_policies(void)
{
	static struct sts_entry e;
	struct state_db *s;

	policy_is("INSERT INTO sts VALUES('a.test', %s, 1, 1, 1, '')",
	    long_text, "a policy with a long name");
	policy_is("INSERT INTO sts VALUES('a.test', 'x', 0, 1, 1, NULL)", "",
	    "one without a text");
	policy_is("INSERT INTO sts VALUES('a.test', 'x', 1, 1, 1, 'version')",
	    "", "one that can not be parsed");
	s = with("INSERT INTO sts VALUES('a.test', 'x', 0, 7, 1, '')", "");
	ok(stscache_find(s, "a.test", &e) == ANSWER_YES && e.tried == 7 &&
		!stscache_holds(&e, NOW),
	    "one that could not be had is remembered");
	state_db_close(s);
}

static void
see(void *ctx, const struct decision *d)
{
	bool *empty = ctx;

	*empty = *d->helo == '\0' && *d->reason == '\0';
}

static void
test_decisions(void)
{
	struct state_db *s = with("INSERT INTO decision(connection) VALUES"
				  "('c')",
	    "");
	bool empty = false;

	is_int(decision_find(s, "c", 10, see, &empty), 1, "a decision");
	ok(empty, "with nothing in it has empty texts");
	state_db_close(s);
}

static void
test_reports(void)
{
	struct tlsrpt_day day = {0, ""};
	static struct tlsrpt_row row[2];
	struct state_db *s = with("INSERT INTO tlsrpt(day, domain, policy_text)"
				  " VALUES(5, 'a.test', %s)",
	    long_text);

	is_int(tlsrpt_next(s, 9, &day), ANSWER_YES, "a day to be told of");
	is_int(tlsrpt_rows(s, &day, row, 2), 1, "one row of it");
	ok(*row->policy == '\0' &&
		strlen(row->policy_text) == sizeof row->policy_text - 1,
	    "what is missing is empty, what is too long is cut");
	state_db_close(s);
}

/* Of a clock that was wrong. */
static void
test_greylist(void)
{
	const struct greylist g = {300, 2 * DAY, 36 * DAY},
			      at_once = {0, 2 * DAY, 36 * DAY};
	time_t wait = 0;
	struct state_db *s = with("INSERT INTO greylist VALUES"
				  "('future', 1900000000, 0),"
				  "('passed', 1, 1900000000),"
				  "('long ago', 1, 0)",
	    "");

	ok(greylist_ask(s, &g, "future", NOW, &wait) == ANSWER_NO &&
		wait == 300,
	    "who first came in the future comes for the first time");
	is_int(greylist_ask(s, &g, "passed", NOW, &wait), ANSWER_NO,
	    "so does who passed then");
	is_int(greylist_ask(s, &g, "long ago", NOW, &wait), ANSWER_NO,
	    "and who has stayed away");
	is_int(greylist_ask(s, &at_once, "new", NOW, &wait), ANSWER_YES,
	    "nobody waits where there is no delay");
	is_int(greylist_ask(s, &g, "new", NOW + 2 * DAY, &wait), ANSWER_YES,
	    "and it is noted anew");
	state_db_close(s);
}

/* ---- the file as a whole */

static void
test_again(void)
{
	char err[DB_ERROR], file[SCRATCH_PATH];
	struct state_db *s, *first;
	struct walk w = {1, NOW};

	strlcpy(file, scratch("again.db"), sizeof file);
	first = s = state_db_again(NULL, file, err);
	ok(s != NULL, "one that is kept");
	s = state_db_again(s, file, err);
	ok(s == first, "is the same as before");
	for (int i = 0; i < 100; i++)
		state_walk_put(s, "a.test", &w);
	s = state_db_again(s, file, err);
	ok(s != NULL && state_walk(s, "a.test", &w) == ANSWER_YES,
	    "with a long log it is opened anew");
	unlink(file);
	s = state_db_again(s, file, err);
	ok(s != NULL && state_walk(s, "a.test", &w) == ANSWER_NO,
	    "so it is when it is gone");
	scratch_sql(scratch("other.db"), tables);
	rename(scratch("other.db"), file);
	unlink(scratch("again.db-wal"));
	unlink(scratch("again.db-shm"));
	s = state_db_again(s, file, err);
	is_int(state_walk_put(s, "b.test", &w), 0, "and when it is another");
	state_db_close(s);
	ok(state_db_again(NULL, scratch_dir, err) == NULL,
	    "but not a directory: %s", err);
	state_db_close(NULL);
}

static void
version_is(const char *version, bool aside)
{
	char err[DB_ERROR], sql[64];
	struct state_db *s;
	struct walk w = {1, NOW};

	snprintf(sql, sizeof sql, "PRAGMA user_version = %s", version);
	scratch_sql(scratch("old.db"), sql);
	s = state_db_open(scratch("old.db"), err);
	ok(s != NULL && state_walk_put(s, "a.test", &w) == 0 &&
		(unlink(scratch("old.db.bad")) == 0) == aside,
	    "version %s %s", version, aside ? "goes aside" : "is made new");
	state_db_close(s);
}

static void
test_versions(void)
{
	char err[DB_ERROR];
	struct state_db *s = state_db_open(scratch("old.db"), err);

	state_db_close(s);
	version_is("4", false);
	version_is("2", true);
	version_is("7", true);
	scratch_sql(scratch("old.db"), "DROP TABLE primary_mx");
	ok(state_db_look(scratch("old.db"), err) == NULL,
	    "nothing to look at: %s", err);
	scratch_sql(scratch("old.db"), "CREATE TABLE primary_mx(domain);");
	version_is("4", true);
}

int
main(void)
{
	scratch_open();
	test_primaries();
	test_addresses();
	test_repeats();
	test_policies();
	test_decisions();
	test_reports();
	test_greylist();
	test_again();
	test_versions();
	return scratch_end(done());
}
