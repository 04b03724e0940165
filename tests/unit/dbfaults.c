/* SPDX-License-Identifier: ISC */
/*
 * Databases where memory runs out at one allocation after another, SQLite's
 * too, or a file's call fails: an answer is right or there is none, and a
 * database that is sound is not taken for a damaged one.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "address.h"
#include "decision.h"
#include "failing_files.h"
#include "greylist.h"
#include "insist.h"
#include "policy_snapshot.h"
#include "primaries.h"
#include "scratch.h"
#include "statedb.h"
#include "stscache.h"
#include "stsfind.h"
#include "tap.h"
#include "tlsrpt_rows.h"
#include "usage.h"
#include "zoneoff.h"

enum { NOW = 1800000000, DAY = 86400, CALLS = 20000 };

static int step; /* from one that fails to the next */

/* ---- more calls that fail */

ssize_t
write(int fd, const void *from, size_t n)
{
	return fails() ? -1 : syscall(SYS_write, fd, from, n);
}

void *
mmap(void *at, size_t n, int how, int flags, int fd, off_t from)
{
	return fd != -1 && fails()
	    ? MAP_FAILED
	    : (void *)syscall(SYS_mmap, at, n, how, flags, fd, from);
}

int
memfd_create(const char *name, unsigned flags)
{
	return fails() ? -1 : (int)syscall(SYS_memfd_create, name, flags);
}

static bool child_too; /* what fails does so in a child */

pid_t
fork(void)
{
	pid_t pid = fails() ? -1 : _Fork();

	if (pid == 0 && !child_too)
		fault.at = 0;
	return pid;
}

/* ---- state.db: each is to be answered with yes */

static enum answer
put(int result)
{
	return result == 0 ? ANSWER_YES : ANSWER_UNAVAILABLE;
}

static enum answer
try_primary(struct state_db *s)
{
	struct primary p = {.health = {PRIMARY_DOWN, NOW, NOW, 3}}, got;
	int result;

	strlcpy(p.reply, "no route", sizeof p.reply);
	result = state_primary_put(s, "a.test", &p);
	if (state_primary(s, "a.test", &got) == ANSWER_YES &&
	    strcmp(got.reply, "no route") != 0)
		return ANSWER_NO;
	return put(result);
}

static enum answer
try_walk(struct state_db *s)
{
	struct walk w = {12345678901234, NOW}, got = w;
	int result = state_walk_put(s, "a.test", &w);

	if (state_walk(s, "a.test", &got) == ANSWER_YES && got.next_due != NOW)
		return ANSWER_NO;
	return put(result);
}

static enum answer
try_etrn(struct state_db *s)
{
	time_t began;
	int result;

	if (state_begin(s) == -1)
		return ANSWER_UNAVAILABLE;
	result = state_etrn_put(s, "a.test", NOW);
	if (state_commit(s) == -1)
		result = -1;
	if (state_etrn(s, "a.test", &began) == ANSWER_YES && began != NOW)
		return ANSWER_NO;
	return put(result);
}

static enum answer
try_sts(struct state_db *s)
{
	struct sts_entry e = {.id = "now",
	    .tried = NOW,
	    .fetched = NOW,
	    .policy = {.mode = STS_ENFORCE,
		.max_age = DAY,
		.n = 1,
		.mx = {"*.b.test"}}};
	static struct sts_entry got;
	static struct sts_found found;
	int result = stscache_put(s, "a.test", &e);

	if (stscache_prune(s, NOW) == -1)
		result = -1;
	sts_recall(s, "a.test", &found);
	if (stscache_find(s, "a.test", &got) == ANSWER_YES &&
	    !sts_policy_allows(&got.policy, "a.b.test"))
		return ANSWER_NO;
	return put(result);
}

static enum answer
try_greylist(struct state_db *s)
{
	const struct greylist g = {300, 2 * DAY, 36 * DAY};
	time_t wait;

	if (greylist_note(s, "h", NOW) == -1 ||
	    greylist_prune(s, &g, NOW) == -1 ||
	    greylist_knows(s, &g, "h", NOW + 1) == ANSWER_UNAVAILABLE)
		return ANSWER_UNAVAILABLE;
	return greylist_ask(s, &g, "h", NOW + 1, &wait);
}

static enum answer
try_address(struct state_db *s)
{
	struct address a = {.good = true, .asked = NOW}, got;

	strlcpy(a.reply, "250 2.1.5 ok", sizeof a.reply);
	if (address_note(s, ADDRESS_RECIPIENT, "b@a.test", &a) == -1 ||
	    address_prune(s, NOW) == -1)
		return ANSWER_UNAVAILABLE;
	return address_find(s, ADDRESS_RECIPIENT, "b@a.test", &got);
}

static enum answer
try_budget(struct state_db *s)
{
	enum answer left = budget_take(s, "x", CALLS, 600, NOW);

	return left == ANSWER_YES ? budget_left(s, "x", CALLS, 600, NOW) : left;
}

static void
look_at(void *ctx, const struct decision *d)
{
	bool *wrong = ctx;

	*wrong |= d->serial != 1;
}

static enum answer
try_decision(struct state_db *s)
{
	struct decision d = {NOW, "c1", "m1", "192.0.2.1", "helo", "a@b", "r@c",
	    "spam", "fail", "defer", "why", 5, 1};
	bool wrong = false;
	int n;

	if (decision_prune(s, NOW + 1) == -1 || decision_put(s, &d) == -1)
		return ANSWER_UNAVAILABLE;
	n = decision_find(s, "m1", 100, look_at, &wrong);
	if (n == -1)
		return ANSWER_UNAVAILABLE;
	return n == 1 && !wrong ? ANSWER_YES : ANSWER_NO;
}

static enum answer
try_repeat(struct state_db *s)
{
	struct repeat r = {NOW, "spam", "why"}, got;

	if (repeat_put(s, "k", &r) == -1 || repeat_prune(s, NOW) == -1)
		return ANSWER_UNAVAILABLE;
	return repeat_find(s, "k", &got);
}

/* A first try is to be made again, always. */
static enum answer
try_insist(struct state_db *s)
{
	enum answer found = insist_try(s, "k", NOW);

	if (insist_prune(s, NOW + 2 * INSIST_FORGET) == -1)
		return ANSWER_UNAVAILABLE;
	return found == ANSWER_NO ? ANSWER_YES : found;
}

static enum answer
try_tlsrpt(struct state_db *s)
{
	const struct tlsrpt_day day = {NOW / DAY, "a.test"};
	struct tlsrpt_row row = {.policy = "sts", .sessions = 1};
	static struct tlsrpt_row got[2];
	struct tlsrpt_day next = {0, ""};
	long n;

	if (tlsrpt_forget(s, &day) == -1 || tlsrpt_add(s, &day, &row) == -1 ||
	    tlsrpt_prune(s, NOW) == -1 ||
	    (n = tlsrpt_rows(s, &day, got, 2)) == -1)
		return ANSWER_UNAVAILABLE;
	if (n != 1 || strcmp(got[0].policy, "sts") != 0)
		return ANSWER_NO;
	return tlsrpt_next(s, NOW / DAY + 1, &next);
}

static enum answer
try_usage(struct state_db *s)
{
	struct usage u = {.messages = 2, .octets = 10}, got;
	struct sums sums = {.usage = u, .until = NOW}, found;

	if (usage_put(s, "a.test", &u) == -1 ||
	    usage_add(s, "a.test", 5, NOW) == -1 ||
	    sums_put(s, "a.test", &sums) == -1 ||
	    sums_find(s, "a.test", &found) != ANSWER_YES ||
	    sums_forget(s, "a.test") == -1 ||
	    notice_tell(s, "a.test", "full", NOW) == -1)
		return ANSWER_UNAVAILABLE;
	notice_told(s, "a.test", "full");
	return usage_find(s, "a.test", &got);
}

static enum answer
try_zoneoff(struct state_db *s)
{
	if (zoneoff_put(s, "bl.test", "nonsense", NOW) == -1)
		return ANSWER_UNAVAILABLE;
	return zoneoff_find(s, "bl.test", NOW + 1);
}

static enum answer (*const state_tries[])(struct state_db *) = {try_primary,
    try_walk, try_etrn, try_sts, try_greylist, try_address, try_budget,
    try_decision, try_repeat, try_insist, try_tlsrpt, try_usage, try_zoneoff};

/* ANSWER_UNAVAILABLE too where it can not be opened.  Call number AT fails: of
 * all, or of those behind the opening. */
static enum answer
use_state(size_t which, int at, bool opening)
{
	char err[DB_ERROR];
	enum answer found = ANSWER_UNAVAILABLE;
	struct state_db *s;

	fail_at(opening ? at : 0, ENOMEM);
	s = state_db_open(scratch("state.db"), err);
	if (!opening)
		fail_at(at, ENOMEM);
	if (s != NULL)
		found = state_tries[which](s);
	state_db_close(s);
	return found;
}

static void
try_all(size_t which, bool opening)
{
	int wrong = 0, damaged = 0, without = 0, at = 1;

	for (;; at += step) {
		enum answer found = use_state(which, at, opening);

		wrong += found == ANSWER_NO;
		without += found == ANSWER_UNAVAILABLE;
		damaged += unlink(scratch("state.db.bad")) == 0;
		if (fault.calls < at)
			break;
	}
	fault.at = 0;
	ok(wrong == 0 && damaged == 0,
	    "state.db, %zu: %d of %d times no answer, %d wrong, %d damaged",
	    which, without, at, wrong, damaged);
	is_int(use_state(which, 0, false), ANSWER_YES, "as before");
}

static void
test_state(void)
{
	use_state(0, 0, false); /* it is made */
	try_all(0, true);
	for (size_t i = 0; i < sizeof state_tries / sizeof *state_tries; i++)
		try_all(i, false);
}

/* ---- policy.db */

typedef struct policy_db *opener(const char *, char err[DB_ERROR]);

static bool
is_zone(void *ctx, const char *zone, const char *codes, int weight)
{
	bool *wrong = ctx;

	(void)codes;
	*wrong |= weight != (*zone == 'a' ? 3 : -1);
	return true;
}

static bool
is_contact(void *ctx, const char *domain, const char *contact)
{
	bool *wrong = ctx;

	(void)domain;
	*wrong |= strcmp(contact, "boss@c.test") != 0;
	return true;
}

/* Whether WANT, or nothing, was answered. */
static bool
is_right(enum answer got, enum answer want)
{
	return got == want || got == ANSWER_UNAVAILABLE;
}

static bool
ask_policy(struct policy_db *p)
{
	char text[SETTING_LEN] = "7.5";
	struct domain_row row;
	struct verdicts v;
	struct backoff backoff;
	enum verdict verdict;
	bool wrong = false;
	struct ip ip;
	enum answer found = policy_verdicts(p, "dnsbl", "b.test", &v);

	ip_parse(&ip, "192.0.2.9", 9);
	return is_right(found, ANSWER_YES) &&
	    (found != ANSWER_YES || v.on_fail == VERDICT_LOG) &&
	    is_right(policy_domain(p, "", &row), ANSWER_YES) &&
	    is_right(policy_domain(p, "a.b.test", &row), ANSWER_YES) &&
	    is_right(policy_domain(p, "foreign.test", &row), ANSWER_NO) &&
	    is_right(policy_backoff(p, &backoff), ANSWER_YES) &&
	    is_right(policy_setting(p, "spam_threshold", "b.test", text),
		ANSWER_YES) &&
	    strcmp(text, "7.5") == 0 &&
	    is_right(policy_client(p, &ip, &verdict), ANSWER_YES) &&
	    is_right(policy_zones(p, is_zone, &wrong), ANSWER_YES) &&
	    is_right(policy_contacts(p, is_contact, &wrong), ANSWER_YES) &&
	    is_right(policy_recipient(p, "Info@b.test"), ANSWER_YES) &&
	    is_right(policy_no_callout(p, "a.quiet.test"), ANSWER_YES) &&
	    !wrong;
}

static void
test_policy(opener *open_it, const char *file, const char *how)
{
	int wrong = 0, unopened = 0, at = 1;
	char err[DB_ERROR];

	for (;; at += step) {
		struct policy_db *p;

		fail_at(at, ENOMEM);
		p = open_it(file, err);
		unopened += p == NULL;
		wrong += p != NULL && !ask_policy(p);
		policy_db_close(p);
		if (fault.calls < at)
			break;
	}
	fault.at = 0;
	ok(unopened > 0, "policy.db, %s: %d of %d times not opened", how,
	    unopened, at);
	is_int(wrong, 0, "no answer is wrong");
}

/* ---- policy.db, read by a child */

static struct policy_db *
look(struct policy_snapshot *s)
{
	struct policy_db *p = policy_snapshot_look(s);
	int status;
	pid_t pid;

	if (p != NULL || (pid = wait(&status)) == -1)
		return p;
	if (!policy_snapshot_reap(s, pid, status))
		return NULL;
	return policy_snapshot_look(s);
}

static void
test_snapshot(const char *file)
{
	static struct policy_snapshot *s;
	int wrong = 0, without = 0, in_a_row = 0, at = 1;

	/* where it is a child's call, we do not see whether it came to that */
	for (; in_a_row < 5; at += child_too ? 3 * step : 1) {
		struct policy_db *p;

		fail_at(at, ENOMEM);
		s = policy_snapshot_new(file);
		p = s == NULL ? NULL : look(s);
		without += p == NULL;
		in_a_row = p == NULL ? 0 : in_a_row + 1;
		wrong += p != NULL && !ask_policy(p);
		policy_snapshot_free(s);
	}
	fault.at = 0;
	ok(without > 0, "%s: %d times there is none",
	    child_too ? "in the child" : "a snapshot", without);
	is_int(wrong, 0, "no answer is wrong");
}

/* One that is freed, or killed, while it is being read. */
static void
test_reader(const char *file)
{
	struct policy_snapshot *s = policy_snapshot_new(file);
	int status;
	pid_t pid;

	policy_snapshot_free(NULL);
	policy_snapshot_look(s);
	ok(!policy_snapshot_reap(s, getpid(), 0), "another's child is not its");
	ok(policy_snapshot_look(s) == NULL, "none while it is being read");
	pid = wait(&status);
	policy_snapshot_reap(s, pid, SIGKILL);
	ok(policy_snapshot_look(s) == NULL, "none of a reader that was killed");
	is_int(waitpid(-1, &status, WNOHANG), -1, "nor is one begun at once");
	policy_snapshot_free(s);
	s = policy_snapshot_new(file);
	policy_snapshot_look(s);
	policy_snapshot_free(s);
	ok(wait(&status) > 0 && status == 0, "one that nobody waits for ends");
}

int
main(void)
{
	static char file[SCRATCH_PATH];

	step = (int)scratch_count("DBFAULTS_STEP", 3);
	scratch_open();
	strlcpy(file, scratch("policy.db"), sizeof file);
	scratch_schema(file, "share/schema.sql");
	scratch_sql(file,
	    "INSERT INTO domain(name, subdomains, route) VALUES"
	    " ('b.test', 1, '[mx.test]:26');"
	    "INSERT INTO domain_policy VALUES('b.test','dnsbl','log','defer');"
	    "INSERT INTO domain_setting VALUES"
	    " ('b.test', 'spam_threshold', '7.5'),"
	    " ('b.test', 'contact', 'boss@c.test');"
	    "INSERT INTO client VALUES('192.0.2.0/24', 'deny');"
	    "INSERT INTO dnsbl VALUES('a.test', '127.0.0.2', 3),"
	    " ('b.test', '127.0.0.*', -1);"
	    "INSERT INTO recipient VALUES('info@b.test');"
	    "INSERT INTO no_callout VALUES('quiet.test')");
	test_state();
	test_policy(policy_db_open, file, "opened");
	test_policy(policy_db_read, file, "read at once");
	test_snapshot(file);
	child_too = true;
	test_snapshot(file);
	child_too = false;
	test_reader(file);
	return scratch_end(done());
}
