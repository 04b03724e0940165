/* SPDX-License-Identifier: ISC */
/*
 * The smaller tables of state.db: a sender that insists, what waits for a
 * domain, reports about TLS, blocklists that are off.  A clock that was set
 * back, rows that nobody wrote, and tables that are gone.
 */
#include <limits.h>

#include "address.h"
#include "decision.h"
#include "greylist.h"
#include "insist.h"
#include "primaries.h"
#include "scratch.h"
#include "spool.h"
#include "statedb.h"
#include "stscache.h"
#include "tap.h"
#include "tlsrpt_rows.h"
#include "usage.h"
#include "zoneoff.h"

enum { NOW = 1800000000, DAY = 86400 };

static void
test_insist(struct state_db *s)
{
	is_int(insist_try(s, "k", NOW), ANSWER_NO, "a first try");
	is_int(insist_try(s, "k", NOW + 1), ANSWER_NO, "at once again");
	is_int(insist_try(s, "k", NOW + INSIST_APART), ANSWER_NO, "a second");
	is_int(insist_try(s, "k", NOW + 2 * INSIST_APART), ANSWER_NO,
	    "a third, too soon");
	is_int(insist_try(s, "k", NOW + INSIST_SECONDS), ANSWER_YES,
	    "for an hour");
	is_int(insist_try(s, "k", NOW + INSIST_SECONDS + 1), ANSWER_YES,
	    "and from then on");
	is_int(insist_try(s, "k", NOW), ANSWER_NO, "the clock was set back");
	is_int(insist_try(s, "k", NOW - 5 * DAY), ANSWER_NO, "by days");
	is_int(insist_try(s, "k", NOW + INSIST_FORGET), ANSWER_NO, "long ago");
	is_int(insist_prune(s, NOW + 3 * INSIST_FORGET), 0, "it is forgotten");
	is_int(
	    insist_try(s, "k", NOW + 3 * INSIST_FORGET), ANSWER_NO, "and new");
}

static void
test_usage(struct state_db *s)
{
	struct usage u = {.messages = 2, .octets = 10, .delays = NOW};

	is_int(usage_find(s, "b.test", &u), ANSWER_NO, "nothing waits");
	is_int((long long)u.messages, 0, "so there is none");
	ok(usage_add(s, "b.test", 5, NOW) == 0 &&
		usage_add(s, "b.test", 7, NOW + 1) == 0,
	    "two come");
	is_int(usage_find(s, "b.test", &u), ANSWER_YES, "they wait");
	ok(u.messages == 2 && u.octets == 12 && u.oldest == NOW,
	    "the older is told");
	u.held = 1;
	ok(usage_put(s, "b.test", &u) == 0 &&
		usage_find(s, "b.test", &u) == ANSWER_YES && u.held == 1,
	    "one is held");
	is_int(notice_told(s, "b.test", "quota"), 0, "nobody was told");
	is_int(notice_tell(s, "b.test", "quota", NOW), 0, "who is told");
	is_int(notice_told(s, "b.test", "quota"), NOW, "was told then");
}

static void
test_sums(struct state_db *s)
{
	const struct sums put = {
	    {.messages = 4, .held = 1, .octets = 9, .oldest = NOW},
	    .until = NOW + 1, .names = UINT64_MAX, .steered = INT64_MAX};
	struct sums got;

	is_int(sums_find(s, "b.test", &got), ANSWER_NO, "nobody has looked");
	ok(got.steered == 0 && got.until == 0, "so nothing is known");
	is_int(sums_put(s, "b.test", &put), 0, "what was found");
	ok(sums_find(s, "b.test", &got) == ANSWER_YES &&
		memcmp(&got, &put, sizeof got) == 0,
	    "is known");
	is_int(sums_forget(s, "b.test"), 0, "is forgotten");
	is_int(sums_find(s, "b.test", &got), ANSWER_NO, "for good");
}

static void
test_count(void)
{
	static const char dsn[] = "00000005000000000001-1";
	struct stat st = {.st_size = 10, .st_mtime = SPOOL_HELD};
	struct usage u = {0};

	usage_count(&u, dsn, &st);
	ok(u.messages == 1 && u.held == 1 && u.octets == 10 && u.oldest == 0,
	    "who is held is not the oldest");
	st.st_mtime = NOW;
	usage_count(&u, "00000009000000000001", &st);
	is_int(u.oldest, 9, "who waits is");
	usage_count(&u, dsn, &st);
	is_int(u.oldest, 5, "or who is older");
	usage_count(&u, "00000009000000000002", &st);
	ok(u.messages == 4 && u.held == 1 && u.octets == 40 && u.oldest == 5,
	    "and all are counted");
}

static void
test_reports(struct state_db *s)
{
	const struct tlsrpt_day day = {NOW / DAY, "b.test"};
	struct tlsrpt_row row = {.policy = "sts",
			      .result = "certificate-expired",
			      .reason = "x",
			      .sessions = 1},
			  got[2];
	struct tlsrpt_day next = {0, ""};

	is_int(tlsrpt_next(s, NOW / DAY + 1, &next), ANSWER_NO, "no report");
	ok(tlsrpt_add(s, &day, &row) == 0 && tlsrpt_add(s, &day, &row) == 0,
	    "a failure, twice");
	is_int(tlsrpt_next(s, NOW / DAY, &next), ANSWER_NO, "the day is on");
	is_int(tlsrpt_next(s, NOW / DAY + 1, &next), ANSWER_YES, "it is over");
	is_str(next.domain, "b.test", "for whom");
	is_int(tlsrpt_rows(s, &next, got, 2), 1, "what is told");
	ok(got->sessions == 2 && strcmp(got->reason, "x") == 0,
	    "and how often");
	is_int(tlsrpt_rows(s, &next, got, 0), 0, "no room for any");
	is_int(tlsrpt_next(s, NOW / DAY + 1, &next), ANSWER_NO, "no other");
	is_int(tlsrpt_forget(s, &day), 0, "it is told");
	is_int(tlsrpt_rows(s, &day, got, 2), 0, "and gone");
	tlsrpt_add(s, &day, &row);
	is_int(tlsrpt_prune(s, NOW + (TLSRPT_KEEP + 1) * DAY), 0, "a week on");
	is_int(tlsrpt_rows(s, &day, got, 2), 0, "nobody wants to know");
}

static void
test_zone(struct state_db *s)
{
	is_int(zoneoff_find(s, "list.test", NOW), ANSWER_NO, "a list is asked");
	is_int(zoneoff_put(s, "list.test", "127.0.0.1", NOW), 0, "no more");
	is_int(zoneoff_find(s, "list.test", NOW + 1), ANSWER_YES, "it is off");
	is_int(zoneoff_find(s, "list.test", NOW + ZONE_OFF + 1), ANSWER_NO,
	    "for an hour");
	is_int(zoneoff_find(s, "list.test", NOW - 1), ANSWER_NO,
	    "the clock was set back");
}

static enum answer
greylist(struct state_db *s)
{
	const struct greylist g = {.delay = 1, .window = 2, .white = 3};
	time_t wait;

	return greylist_ask(s, &g, "192.0.2.1", NOW, &wait);
}

/* The tables are gone, under whoever has the file open. */
static void
test_gone(struct state_db *s, const char *file)
{
	static const char *const tables[] = {"insist", "usage", "sums",
	    "notice", "tlsrpt", "dnsbl_off", "sts", "greylist", "address",
	    "budget", "decision", "repeat", "walk", "etrn", "primary_mx"};
	static struct sts_entry entry;
	struct address a = {.good = true};
	struct tlsrpt_day day = {0, ""};
	struct tlsrpt_row row = {.policy = "sts"};
	struct usage u = {.messages = 0};
	struct sums sums = {.until = 0};
	struct repeat repeat = {.at = NOW};
	struct walk walk;
	struct primary p;
	time_t when;
	char sql[64];
	sqlite3 *db;

	if (sqlite3_open(file, &db) != SQLITE_OK)
		exit(99);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS %s", tables[i]);
		sqlite3_exec(db, sql, NULL, NULL, NULL);
	}
	sqlite3_close(db);
	is_int(insist_try(s, "k", NOW), ANSWER_UNAVAILABLE, "who insists");
	is_int(insist_prune(s, NOW), -1, "... is not forgotten");
	is_int(usage_find(s, "b.test", &u), ANSWER_UNAVAILABLE, "what waits");
	is_int(usage_put(s, "b.test", &u), -1, "... is not noted");
	is_int(usage_add(s, "b.test", 1, NOW), -1, "... nor counted");
	is_int(sums_find(s, "b.test", &sums), ANSWER_UNAVAILABLE, "sums");
	is_int(sums_put(s, "b.test", &sums), -1, "... are not noted");
	is_int(sums_forget(s, "b.test"), -1, "... nor forgotten");
	is_int(notice_told(s, "b.test", "quota"), 0, "who was told");
	is_int(notice_tell(s, "b.test", "quota", NOW), -1, "... is not noted");
	is_int(tlsrpt_add(s, &day, &row), -1, "a report is not begun");
	is_int(tlsrpt_next(s, 1, &day), ANSWER_UNAVAILABLE, "... nor found");
	is_int(tlsrpt_rows(s, &day, &row, 1), -1, "... nor read");
	is_int(zoneoff_find(s, "x", NOW), ANSWER_UNAVAILABLE, "a list");
	is_int(zoneoff_put(s, "x", "y", NOW), -1, "... is not noted");
	ok(stscache_find(s, "b.test", &entry) != ANSWER_YES, "a policy");
	is_int(stscache_put(s, "b.test", &entry), -1, "... is not kept");
	is_int(greylist(s), ANSWER_UNAVAILABLE, "a host");
	is_int(address_find(s, ADDRESS_SENDER, "a@b.test", &a),
	    ANSWER_UNAVAILABLE, "an address");
	is_int(address_note(s, ADDRESS_SENDER, "a@b.test", &a), -1,
	    "... is not noted");
	is_int(
	    budget_take(s, "n", 1, DAY, NOW), ANSWER_UNAVAILABLE, "a budget");
	is_int(budget_left(s, "n", 1, DAY, NOW), ANSWER_UNAVAILABLE,
	    "... or its rest");
	is_int(address_prune(s, NOW), -1, "addresses");
	is_int(repeat_find(s, "k", &repeat), ANSWER_UNAVAILABLE, "a repeat");
	is_int(repeat_put(s, "k", &repeat), -1, "... is not noted");
	is_int(decision_prune(s, NOW), -1, "decisions");
	is_int(state_walk(s, "b.test", &walk), ANSWER_UNAVAILABLE, "a walk");
	is_int(state_etrn(s, "b.test", &when), ANSWER_UNAVAILABLE, "an ETRN");
	is_int(state_primary(s, "b.test", &p), ANSWER_UNAVAILABLE, "a primary");
	is_int(state_primary_put(s, "b.test", &p), -1, "... is not noted");
}

int
main(void)
{
	char err[DB_ERROR];
	struct state_db *s;

	scratch_open();
	s = state_db_open(scratch("state.db"), err);
	if (!ok(s != NULL, "it makes itself"))
		return 1;
	test_insist(s);
	test_usage(s);
	test_sums(s);
	test_count();
	test_reports(s);
	test_zone(s);
	test_gone(s, scratch("state.db"));
	state_db_close(s);
	ok(access(scratch("state.db"), F_OK) == -1, "and goes aside");
	return scratch_end(done());
}
