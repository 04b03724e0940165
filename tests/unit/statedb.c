/* SPDX-License-Identifier: ISC */
/* state.db: hints that nothing may depend on. */
#include "statedb.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include "address.h"
#include "decision.h"
#include "greylist.h"
#include "primaries.h"
#include "scratch.h"
#include "stscache.h"
#include "tap.h"

enum { NOW = 1800000000, DAY = 86400 };

static void test_rows(struct state_db *);
static void test_sts(struct state_db *);
static void test_greylist(struct state_db *);
static void test_address(struct state_db *);
static void test_budget(struct state_db *);
static void test_decision(struct state_db *);
static void test_gone(void);
static void test_at_once(void);
static void test_log(void);
static void test_locked(void);
static void test_damaged(void);
static int use(const char *file);

int
main(void)
{
	char err[DB_ERROR];
	struct state_db *s;

	scratch_open();
	ok(state_db_look(scratch("state.db"), err) == NULL,
	    "to look makes nothing: %s", err);
	s = state_db_open(scratch("state.db"), err);
	if (ok(s != NULL, "it makes itself")) {
		test_rows(s);
		test_sts(s);
		test_greylist(s);
		test_address(s);
		test_budget(s);
		test_decision(s);
	}
	state_db_close(s);
	test_gone();
	test_at_once();
	test_log();
	test_locked();
	test_damaged();
	return scratch_end(done());
}

static void
test_rows(struct state_db *s)
{
	struct primary p = {.health = {PRIMARY_DOWN, NOW, NOW, 3}}, got;
	struct walk w = {12345678901234, NOW}, walk;
	time_t began;

	is_int(state_primary(s, "a.example", &got), ANSWER_NO, "no primary");
	strlcpy(p.reply, "no route", sizeof p.reply);
	is_int(state_primary_put(s, "a.example", &p), 0, "one");
	is_int(state_primary(s, "a.example", &got), ANSWER_YES, "is there");
	ok(got.health.state == PRIMARY_DOWN && got.health.since == NOW &&
		strcmp(got.reply, "no route") == 0,
	    "as it was put");
	is_int(primary_down(&got, NOW + 100), 100, "down so long");
	p.health.since += 1000;
	p.health.state = PRIMARY_UP;
	state_primary_put(s, "a.example", &p);
	state_primary(s, "a.example", &got);
	is_int(primary_down(&got, NOW + 9999), 1000, "and no longer once up");
	state_walk_put(s, "a.example", &w);
	ok(state_walk(s, "a.example", &walk) == ANSWER_YES &&
		walk.dir_mtime_ns == w.dir_mtime_ns && walk.next_due == NOW,
	    "a walk");
	state_etrn_put(s, "a.example", NOW);
	ok(state_etrn(s, "a.example", &began) == ANSWER_YES && began == NOW,
	    "an ETRN run");
}

static void
test_sts(struct state_db *s)
{
	struct sts_entry e = {.id = "now", .tried = NOW}, got;

	is_int(stscache_find(s, "a.example", &got), ANSWER_NO, "no policy");
	is_int(stscache_put(s, "a.example", &e), 0, "a try");
	ok(stscache_find(s, "a.example", &got) == ANSWER_YES &&
		got.tried == NOW && !stscache_holds(&got, NOW),
	    "is no policy");
	e.fetched = NOW;
	e.policy = (struct sts_policy){
	    .mode = STS_ENFORCE, .max_age = DAY, .n = 1, .mx = {"*.b.test"}};
	stscache_put(s, "a.example", &e);
	ok(stscache_find(s, "a.example", &got) == ANSWER_YES &&
		strcmp(got.id, "now") == 0 &&
		sts_policy_allows(&got.policy, "a.b.test"),
	    "one that was fetched");
	ok(stscache_holds(&got, NOW + DAY - 1) &&
		!stscache_holds(&got, NOW + DAY) &&
		!stscache_holds(&got, NOW - 1),
	    "holds for its time");
	stscache_prune(s, NOW + DAY);
	is_int(stscache_find(s, "a.example", &got), ANSWER_YES, "is kept");
	stscache_prune(s, NOW + DAY + 1);
	is_int(stscache_find(s, "a.example", &got), ANSWER_NO, "and no longer");
}

static void
test_greylist(struct state_db *s)
{
	const struct greylist g = {300, 2 * DAY, 36 * DAY};
	time_t wait = 0;

	is_int(greylist_ask(s, &g, "h", NOW, &wait), ANSWER_NO, "a stranger");
	is_int(wait, 300, "waits");
	is_int(greylist_knows(s, &g, "h", NOW), ANSWER_NO, "not known yet");
	greylist_ask(s, &g, "h", NOW + 299, &wait);
	is_int(wait, 1, "to the second");
	is_int(greylist_ask(s, &g, "h", NOW + 300, &wait), ANSWER_YES, "then");
	is_int(greylist_ask(s, &g, "h", NOW + 36 * DAY, &wait), ANSWER_YES,
	    "known for 36 days");
	is_int(greylist_knows(s, &g, "h", NOW + 71 * DAY), ANSWER_YES,
	    "from when it came last");
	is_int(greylist_ask(s, &g, "h", NOW + 73 * DAY, &wait), ANSWER_NO,
	    "no longer");
	is_int(greylist_prune(s, &g, NOW + 76 * DAY), 0, "pruned");
	is_int(greylist_note(s, "n", NOW), 0, "noted");
	is_int(greylist_knows(s, &g, "n", NOW + 1), ANSWER_YES, "is known");
	is_int(greylist_knows(s, &g, "n", NOW - DAY), ANSWER_NO,
	    "but not before its time");
}

static void
test_address(struct state_db *s)
{
	struct address a = {.good = true, .asked = NOW}, got;

	is_int(address_find(s, ADDRESS_RECIPIENT, "b@c", &got), ANSWER_NO,
	    "an address nobody asked for");
	address_note(s, ADDRESS_RECIPIENT, "b@c", &a);
	is_int(address_find(s, ADDRESS_RECIPIENT, "b@c", &got), ANSWER_YES,
	    "one that was");
	is_int(address_find(s, ADDRESS_SENDER, "b@c", &got), ANSWER_NO,
	    "of another kind");
	ok(!address_is_stale(&a, NOW + 7 * DAY, 0) &&
		address_is_stale(&a, NOW + 7 * DAY + 1, 0),
	    "is asked again after 7 days");
	ok(address_holds(&a, NOW + 31 * DAY, 0) &&
		!address_holds(&a, NOW + 31 * DAY + 1, 0),
	    "holds for 31");
	ok(address_holds(&a, NOW + 60 * DAY, 30 * DAY),
	    "the primary's time down does not count");
	ok(!address_holds(&a, NOW - 1, 0), "nor does a clock that was wrong");
	a.good = false;
	a.times = 1;
	ok(address_holds(&a, NOW + 7200, 0) &&
		!address_holds(&a, NOW + 7201, 0),
	    "a bad one holds for 2 hours");
	for (int i = 0; i < 4; i++)
		address_note(s, ADDRESS_RECIPIENT, "b@c", &a);
	address_find(s, ADDRESS_RECIPIENT, "b@c", &got);
	is_int(got.times, 4, "said four times in a row");
	ok(address_holds(&got, NOW + 3 * DAY, 0) &&
		!address_holds(&got, NOW + 3 * DAY + 1, 0),
	    "and so for 3 days");
	is_int(address_prune(s, NOW + 200 * DAY), 0, "pruned");
	is_int(address_find(s, ADDRESS_RECIPIENT, "b@c", &got), ANSWER_NO,
	    "and gone");
}

static void
test_budget(struct state_db *s)
{
	for (int i = 0; i < 3; i++)
		budget_take(s, "x", 3, 600, NOW + i);
	is_int(budget_left(s, "x", 3, 600, NOW + 5), ANSWER_NO, "spent");
	is_int(budget_take(s, "x", 3, 600, NOW + 5), ANSWER_NO, "no more");
	is_int(budget_take(s, "y", 3, 600, NOW + 5), ANSWER_YES, "of another");
	is_int(budget_take(s, "x", 3, 600, NOW + 600), ANSWER_YES,
	    "in the next while there is");
	budget_take(s, "z", 1, BUDGET_LONGEST, NOW);
	address_prune(s, NOW + BUDGET_LONGEST - 1);
	is_int(budget_left(s, "z", 1, BUDGET_LONGEST, NOW + BUDGET_LONGEST - 1),
	    ANSWER_NO, "one of a day outlives its pruning");
}

static void
count(void *ctx, const struct decision *d)
{
	unsigned *n = ctx;

	*n = *n * 10 + d->serial;
}

static void
test_decision(struct state_db *s)
{
	struct decision d = {NOW, "c1", "", "192.0.2.1", "helo", "a@b", "r@c",
	    "spam", "fail", "defer", "why", 5, 1};
	struct repeat r = {NOW, "spam", "why"}, got;
	unsigned seen = 0;

	state_begin(s);
	decision_put(s, &d);
	d.serial = 2;
	d.recipient = "";
	decision_put(s, &d);
	d.message = "m2";
	decision_put(s, &d);
	is_int(state_commit(s), 0, "decisions in one transaction");
	is_int(decision_find(s, "m2", 100, count, &seen), 2, "of a message");
	is_int(seen, 22, "those of its transaction");
	is_int(decision_find(s, "c1", 100, count, &seen), 3, "of a connection");
	is_int(decision_find(s, "192.0.2.1", 100, count, &seen), 3, "a client");
	is_int(decision_find(s, "a@b", 2, count, &seen), 2, "no more than");
	is_int(decision_find(s, "r@c", 100, count, &seen), 1, "a recipient");
	is_int(decision_find(s, "", 100, count, &seen), 0, "of nothing");
	is_int(
	    decision_find(s, "' OR 1=1 --", 100, count, &seen), 0, "of no SQL");
	decision_prune(s, NOW + 1);
	is_int(decision_find(s, "c1", 100, count, &seen), 0, "pruned");
	repeat_put(s, "k", &r);
	ok(repeat_find(s, "k", &got) == ANSWER_YES && got.at == NOW &&
		strcmp(got.test, "spam") == 0,
	    "a deferral that is remembered");
	repeat_prune(s, NOW + 1);
	is_int(repeat_find(s, "k", &got), ANSWER_NO, "and forgotten");
}

static void
test_gone(void)
{
	char file[SCRATCH_PATH], err[DB_ERROR];
	struct state_db *s, *other;
	time_t t;

	strlcpy(file, scratch("gone.db"), sizeof file);
	s = state_db_open(file, err);
	unlink(file);
	unlink(scratch("gone.db-wal"));
	unlink(scratch("gone.db-shm"));
	state_etrn_put(s, "a.example", NOW);
	other = state_db_open(file, err);
	ok(other != NULL, "deleted under our hands, made anew by the next");
	ok(state_etrn_put(other, "b.example", NOW) == 0 &&
		state_etrn(other, "b.example", &t) == ANSWER_YES,
	    "which can use it");
	state_db_close(s);
	state_db_close(other);
}

static void
test_at_once(void)
{
	char file[SCRATCH_PATH];
	unsigned children = scratch_count("AT_ONCE", 20), failed = 0;
	int status;

	strlcpy(file, scratch("many.db"), sizeof file);
	for (unsigned i = 0; i < children; i++) {
		if (fork() == 0)
			_exit(use(file));
	}
	for (unsigned i = 0; i < children; i++) {
		wait(&status);
		failed += status != 0;
	}
	ok(failed == 0, "%u processes make it at once", children);
}

static int
use(const char *file)
{
	char err[DB_ERROR], name[32];
	struct state_db *s = state_db_open(file, err);
	int result;

	snprintf(name, sizeof name, "d%d.example", getpid());
	result = s == NULL || state_etrn_put(s, name, NOW) == -1;
	state_db_close(s);
	return result;
}

/* Process after process, and no checkpoint at a close. */
static void
test_log(void)
{
	char file[SCRATCH_PATH];
	struct stat st = {.st_size = -1};
	int failed = 0;

	strlcpy(file, scratch("log.db"), sizeof file);
	for (int i = 0; i < 300; i++)
		failed += use(file) != 0;
	is_int(failed, 0, "300 users, one behind the other");
	stat(scratch("log.db-wal"), &st);
	ok(st.st_size >= 0 && st.st_size < 512 * 1024,
	    "the log stays short: %lld octets", (long long)st.st_size);
}

static void
test_locked(void)
{
	char file[SCRATCH_PATH], err[DB_ERROR];
	struct state_db *s;
	sqlite3 *db;
	time_t t;

	strlcpy(file, scratch("locked.db"), sizeof file);
	s = state_db_open(file, err);
	sqlite3_open(file, &db);
	sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL);
	is_int(state_etrn_put(s, "a.example", NOW), -1, "locked: no write");
	is_int(
	    state_etrn(s, "a.example", &t), ANSWER_NO, "a read all the same");
	sqlite3_close(db);
	is_int(state_etrn_put(s, "a.example", NOW), 0, "then it goes on");
	state_db_close(s);
}

static void
test_damaged(void)
{
	char file[SCRATCH_PATH], err[DB_ERROR];
	char *sound, *octets;
	unsigned usable = 0, aside = 0,
		 damages = scratch_count("DAMAGES", 1000);
	struct state_db *s;
	size_t n;

	strlcpy(file, scratch("damaged.db"), sizeof file);
	s = state_db_open(file, err);
	test_rows(s);
	state_db_close(s);
	scratch_sql(file, "PRAGMA wal_checkpoint(TRUNCATE)");
	sound = scratch_read(file, &n);
	octets = malloc(n);
	srandom(2);
	for (unsigned i = 0; i < damages; i++) {
		size_t at = (size_t)random() % n;

		memcpy(octets, sound, n);
		for (size_t k = at; k < n && k < at + 64; k++)
			octets[k] = (char)random();
		unlink(scratch("damaged.db-wal"));
		unlink(scratch("damaged.db-shm"));
		unlink(scratch("damaged.db.bad"));
		scratch_write(file, octets, i % 10 == 0 ? at : n);
		use(file); /* perhaps finds out only at its end */
		usable += use(file) == 0;
		aside += access(scratch("damaged.db.bad"), F_OK) == 0;
	}
	ok(usable == damages, "%u damages: the second to come can use it",
	    damages);
	ok(aside > 0, "%u were set aside", aside);
	free(octets);
	free(sound);
}
