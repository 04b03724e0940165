/* SPDX-License-Identifier: ISC */
/* policy.db, read: sound, absent, locked, damaged, half written. */
#include "policy_snapshot.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "scratch.h"
#include "tap.h"

enum { LARGE = 300 };

typedef struct policy_db *policy_opener(const char *, char err[DB_ERROR]);

static void test_all(struct policy_db *, const char *how, const char *err);
static void test_snapshot(const char *file);
static struct policy_db *look(struct policy_snapshot *);
static void test_domains(struct policy_db *);
static void test_verdicts(struct policy_db *);
static void test_rows(struct policy_db *);
static void test_absent(void);
static void test_locked(const char *file);
static void test_hot_journal(void);
static void test_damaged(const char *file);
static bool ask_all(policy_opener *, const char *file, bool *opened);

int
main(void)
{
	static char file[SCRATCH_PATH];
	char err[DB_ERROR];
	struct policy_db *p;

	scratch_open();
	strlcpy(file, scratch("policy.db"), sizeof file);
	scratch_schema(file, "share/schema.sql");
	scratch_sql(file,
	    "INSERT INTO domain(name, subdomains, route) VALUES"
	    " ('example.com', 0, NULL), ('tree.example', 1, '[mx.tree]:26'),"
	    " ('own.tree.example', 0, NULL);"
	    "INSERT INTO domain_policy VALUES"
	    " ('tree.example', 'dnsbl', 'log', 'defer');"
	    "DELETE FROM policy WHERE test = 'spam';"
	    "INSERT INTO domain_setting VALUES"
	    " ('tree.example', 'spam_threshold', '7.5');"
	    "INSERT INTO client VALUES('192.0.2.0/24', 'deny'),"
	    " ('192.0.2.9', 'off'), ('2001:db8::/32', 'defer');"
	    "INSERT INTO dnsbl VALUES('a.example', '127.0.0.2', 3),"
	    " ('b.example', '127.0.0.*', -1);"
	    "INSERT INTO recipient VALUES('info@example.com');"
	    "INSERT INTO no_callout VALUES('quiet.example')");
	p = policy_db_open(file, err);
	test_all(p, "opened", err);
	policy_db_close(p);
	p = policy_db_read(file, err);
	test_all(p, "read at once", err);
	policy_db_close(p);
	test_snapshot(file);
	test_absent();
	test_locked(file);
	test_hot_journal();
	test_damaged(file);
	return scratch_end(done());
}

static void
test_all(struct policy_db *p, const char *how, const char *err)
{
	if (!ok(p != NULL, "%s: %s", how, p != NULL ? "good" : err))
		return;
	test_domains(p);
	test_verdicts(p);
	test_rows(p);
}

/* All of it as data: read by a child, and again whenever it has changed. */
static void
test_snapshot(const char *file)
{
	/* static: else a reader that ends would seem to have lost them */
	static struct policy_snapshot *s, *none;
	struct domain_row row;
	struct policy_db *p;
	sqlite3 *db;

	s = policy_snapshot_new(file);
	none = policy_snapshot_new(scratch("none.db"));
	ok(policy_snapshot_look(s) == NULL, "a snapshot is being made");
	p = look(s);
	test_all(p, "a snapshot", "none");
	ok(look(s) == p, "it is kept");
	scratch_sql(file, "INSERT INTO domain(name) VALUES('new.example')");
	ok(policy_snapshot_look(s) == NULL, "what has changed is let go");
	ok((p = look(s)) != NULL &&
		policy_domain(p, "new.example", &row) == ANSWER_YES,
	    "and read again");
	sqlite3_open(file, &db);
	sqlite3_exec(
	    db, "BEGIN IMMEDIATE; DELETE FROM domain", NULL, NULL, NULL);
	ok(look(s) == p, "what is not committed yet is not read");
	sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
	for (int i = 0; i < LARGE; i++) {
		char sql[80];

		snprintf(sql, sizeof sql,
		    "INSERT INTO domain(name) VALUES('d%d.example')", i);
		sqlite3_exec(db, sql, NULL, NULL, NULL);
	}
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	ok((p = look(s)) != NULL &&
		policy_domain(p, "d299.example", &row) == ANSWER_YES &&
		policy_domain(p, "d300.example", &row) == ANSWER_NO,
	    "many domains");
	sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
	ok(look(s) == NULL, "none of a file in WAL mode");
	sqlite3_exec(db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
	ok(look(s) != NULL, "but of one that is so no longer");
	sqlite3_close(db);
	rename(file, scratch("away.db"));
	ok(look(s) == NULL, "none of a file that is gone");
	rename(scratch("away.db"), file);
	ok(look(s) != NULL, "and it comes back");
	ok(look(none) == NULL, "none of a file that never was");
	policy_snapshot_free(none);
	policy_snapshot_free(s);
}

/* What there is when the reader is done. */
static struct policy_db *
look(struct policy_snapshot *s)
{
	struct policy_db *p = policy_snapshot_look(s);
	int status;
	pid_t pid;

	if (p != NULL || (pid = wait(&status)) == -1)
		return p;
	policy_snapshot_reap(s, pid, status);
	return policy_snapshot_look(s);
}

static void
test_domains(struct policy_db *p)
{
	struct domain_row row;

	is_int(policy_domain(p, "example.com", &row), ANSWER_YES, "a domain");
	is_str(row.route, "", "by MX");
	is_int(policy_domain(p, "a.example.com", &row), ANSWER_NO,
	    "not its subdomains");
	is_int(policy_domain(p, "a.b.tree.example", &row), ANSWER_YES,
	    "subdomains where the row says so");
	is_str(row.name, "tree.example", "the row's name");
	is_str(row.route, "[mx.tree]:26", "and its route");
	is_int(policy_domain(p, "a.own.tree.example", &row), ANSWER_NO,
	    "the nearest row counts");
	is_int(policy_domain(p, "example", &row), ANSWER_NO, "no parent");
	is_int(policy_domain(p, "xexample.com", &row), ANSWER_NO, "no tail");
	is_int(policy_domain(p, "%", &row), ANSWER_NO, "no pattern");
	is_int(policy_domain(p, "", &row), ANSWER_YES, "any at all");
	is_str(row.name, "example.com", "the first by name");
}

static void
test_verdicts(struct policy_db *p)
{
	struct verdicts v;

	policy_verdicts(p, "dnsbl", "tree.example", &v);
	ok(v.on_fail == VERDICT_LOG && v.on_unavailable == VERDICT_DEFER,
	    "a domain's own verdict");
	policy_verdicts(p, "dnsbl", "example.com", &v);
	ok(v.on_fail == VERDICT_DEFER, "else the general one");
	policy_verdicts(p, "dnsbl", NULL, &v);
	ok(v.on_fail == VERDICT_DEFER, "and without a domain");
	is_int(policy_verdicts(p, "spam", NULL, &v), ANSWER_NO,
	    "no row: the caller has the published one");
}

static bool
count_zone(void *ctx, const char *zone, const char *codes, int weight)
{
	int *sum = ctx;

	*sum += weight + (strcmp(zone, "a.example") == 0) * 100 +
	    (strcmp(codes, "127.0.0.*") == 0) * 1000;
	return true;
}

static void
test_rows(struct policy_db *p)
{
	char text[SETTING_LEN];
	enum verdict v;
	struct ip ip;
	int sum = 0;

	policy_setting(p, "spam_threshold", "tree.example", text);
	is_str(text, "7.5", "a domain's setting");
	policy_setting(p, "spam_threshold", "example.com", text);
	is_str(text, "6", "the general setting");
	is_int(policy_setting(p, "nothing", NULL, text), ANSWER_NO, "no such");
	ip_parse(&ip, "192.0.2.8", 9);
	ok(policy_client(p, &ip, &v) == ANSWER_YES && v == VERDICT_DENY,
	    "a client's network");
	ip_parse(&ip, "192.0.2.9", 9);
	ok(policy_client(p, &ip, &v) == ANSWER_YES && v == VERDICT_OFF,
	    "the smallest one counts");
	ip_parse(&ip, "2001:db8:ffff::1", 16);
	ok(policy_client(p, &ip, &v) == ANSWER_YES && v == VERDICT_DEFER,
	    "IPv6");
	ip_parse(&ip, "192.0.3.1", 9);
	is_int(policy_client(p, &ip, &v), ANSWER_NO, "no network of it");
	is_int(policy_zones(p, count_zone, &sum), ANSWER_YES, "zones");
	is_int(sum, 3 - 1 + 100 + 1000, "with all their columns");
	is_int(policy_recipient(p, "Info@example.com"), ANSWER_YES,
	    "a recipient, in any case");
	is_int(policy_recipient(p, "x@example.com"), ANSWER_NO, "another");
	is_int(policy_no_callout(p, "a.quiet.example"), ANSWER_YES,
	    "below a domain that is not asked");
	is_int(policy_no_callout(p, "example"), ANSWER_NO, "any other is");
}

static void
test_absent(void)
{
	char err[DB_ERROR];

	ok(policy_db_open(scratch("none.db"), err) == NULL, "absent");
	ok(strstr(err, "none.db: ") != NULL, "and said so: %s", err);
	scratch_sql(scratch("other.db"), "CREATE TABLE domain(name)");
	ok(policy_db_open(scratch("other.db"), err) == NULL,
	    "a database of others: %s", err);
	scratch_write(scratch("text.db"), "no database at all, but text", 28);
	ok(policy_db_open(scratch("text.db"), err) == NULL, "no database: %s",
	    err);
	ok(policy_db_open(scratch_dir, err) == NULL, "a directory: %s", err);
	scratch_schema(scratch("new.db"), "share/schema.sql");
	scratch_sql(scratch("new.db"), "PRAGMA user_version = 99");
	ok(policy_db_open(scratch("new.db"), err) == NULL,
	    "of a later version: %s", err);
}

static void
test_locked(const char *file)
{
	char err[DB_ERROR];
	struct domain_row row;
	struct policy_db *p;
	sqlite3 *db;

	sqlite3_open(file, &db);
	sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	p = policy_db_open(file, err);
	ok(p != NULL && policy_domain(p, "example.com", &row) == ANSWER_YES,
	    "someone who edits keeps nobody from reading");
	policy_db_close(p);
	sqlite3_exec(db, "COMMIT; BEGIN EXCLUSIVE", NULL, NULL, NULL);
	p = policy_db_open(file, err);
	ok(p == NULL, "someone who commits for long does: %s", err);
	policy_db_close(p);
	sqlite3_close(db);
}

/* A shell that was killed inside its commit, when pages had gone out. */
static void
test_hot_journal(void)
{
	char file[SCRATCH_PATH], err[DB_ERROR];
	struct domain_row row;
	struct policy_db *p;
	pid_t pid;

	strlcpy(file, scratch("hot.db"), sizeof file);
	scratch_schema(file, "share/schema.sql");
	scratch_sql(file, "INSERT INTO domain(name) VALUES('kept.example')");
	if ((pid = fork()) == 0) {
		sqlite3 *db;

		sqlite3_open(file, &db);
		sqlite3_exec(db,
		    "PRAGMA cache_size = 2; PRAGMA cache_spill = 1; BEGIN;"
		    "DELETE FROM domain; WITH RECURSIVE n(i) AS (SELECT 1"
		    " UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
		    "INSERT INTO domain(name, comment) SELECT"
		    " 'd' || i || '.example', printf('%.200c', 'x') FROM n",
		    NULL, NULL, NULL);
		kill(getpid(), SIGKILL);
	}
	waitpid(pid, NULL, 0);
	ok(access(scratch("hot.db-journal"), F_OK) == 0, "a hot journal");
	is_int(policy_recover(file, err), 0, "is rolled back");
	p = policy_db_open(file, err);
	ok(p != NULL && policy_domain(p, "kept.example", &row) == ANSWER_YES &&
		policy_domain(p, "d1.example", &row) == ANSWER_NO,
	    "and all is as it was");
	policy_db_close(p);
}

/* Whatever a page becomes, a foreign domain is not ours. */
static void
test_damaged(const char *file)
{
	char copy[SCRATCH_PATH];
	unsigned opened = 0, wrong = 0,
		 damages = scratch_count("DAMAGES", 1000);
	size_t n;
	char *sound = scratch_read(file, &n), *octets = malloc(n);

	if (octets == NULL)
		exit(99);
	strlcpy(copy, scratch("damaged.db"), sizeof copy);
	srandom(1);
	for (unsigned i = 0; i < damages; i++) {
		size_t at = (size_t)random() % n,
		       len = 1 + (size_t)random() % 64;
		bool open;

		memcpy(octets, sound, n);
		for (size_t k = at; k < n && k < at + len; k++)
			octets[k] = (char)random();
		scratch_write(copy, octets, i % 10 == 0 ? at : n);
		wrong += !ask_all(policy_db_open, copy, &open);
		wrong += !ask_all(policy_db_read, copy, &open);
		opened += open;
	}
	ok(wrong == 0, "%u damages: no foreign domain is taken", damages);
	ok(opened > 0 && opened < damages, "%u of them could be opened",
	    opened);
	free(octets);
	free(sound);
}

static bool
ask_all(policy_opener *open, const char *file, bool *opened)
{
	char err[DB_ERROR];
	struct policy_db *p = open(file, err);
	struct domain_row row;
	struct backoff backoff;
	struct verdicts v;
	bool good;

	*opened = p != NULL;
	if (p == NULL)
		return true;
	good = policy_domain(p, "foreign.example.net", &row) != ANSWER_YES;
	policy_domain(p, "a.tree.example", &row);
	policy_verdicts(p, "relay", "tree.example", &v);
	policy_backoff(p, &backoff);
	policy_db_close(p);
	return good;
}
