/* SPDX-License-Identifier: ISC */
/*
 * Rows of policy.db that its schema would have refused: each makes the answer
 * that wants it unavailable, or is left out, whether rows are kept or not.
 */
#include "policydb.h"
#include "scratch.h"
#include "tap.h"

/* No constraint, no trigger; application and version are ours. */
static const char tables[] =
    "PRAGMA application_id = 1836593520; PRAGMA user_version = 1;"
    "CREATE TABLE domain(name, subdomains, route);"
    "CREATE TABLE policy(test, verdict, on_unavailable);"
    "CREATE TABLE domain_policy(domain, test, verdict, on_unavailable);"
    "CREATE TABLE backoff(after, every);"
    "CREATE TABLE setting(name, value);"
    "CREATE TABLE domain_setting(domain, name, value);"
    "CREATE TABLE client(network, verdict);"
    "CREATE TABLE dnsbl(zone, codes, weight);"
    "CREATE TABLE recipient(address);"
    "CREATE TABLE no_callout(domain);";

typedef struct policy_db *opener(const char *, char err[DB_ERROR]);

static opener *const openers[] = {policy_db_open, policy_db_read};

/* A file with these rows alone, opened in the one way or the other. */
static struct policy_db *
with(unsigned how, const char *rows)
{
	char err[DB_ERROR];
	struct policy_db *p;

	unlink(scratch("policy.db"));
	scratch_sql(scratch("policy.db"), tables);
	scratch_sql(scratch("policy.db"), rows);
	p = openers[how](scratch("policy.db"), err);
	if (p == NULL) {
		printf("Bail out! %s\n", err);
		exit(99);
	}
	return p;
}

static void
test_domain(unsigned how)
{
	struct domain_row row;
	struct policy_db *p = with(how,
	    "INSERT INTO domain VALUES"
	    " (printf('%.300c', 'a'), 0, NULL),"
	    " ('b.test', 0, printf('%.400c', 'r')),"
	    " ('nul.test', 0, 'a' || char(0) || 'b'),"
	    " ('wide.test', 0, printf('%.3000c', 'r'))");
	char long_name[400];

	memset(long_name, 'a', sizeof long_name);
	long_name[sizeof long_name - 1] = '\0';
	is_int(policy_domain(p, "b.test", &row), ANSWER_UNAVAILABLE,
	    "a route too long");
	is_int(policy_domain(p, "nul.test", &row), ANSWER_UNAVAILABLE,
	    "one with a NUL");
	is_int(policy_domain(p, "wide.test", &row), ANSWER_UNAVAILABLE,
	    "one that is larger than any row");
	is_int(policy_domain(p, long_name, &row), ANSWER_NO,
	    "a name that is none is nobody's");
	is_int(policy_domain(p, "", &row), ANSWER_UNAVAILABLE,
	    "nor does it come first");
	policy_db_close(p);
}

static void
test_verdicts(unsigned how)
{
	struct verdicts v;
	struct policy_db *p = with(how,
	    "INSERT INTO policy VALUES('helo', 'maybe', 'off'),"
	    " ('spam', 'deny', NULL), ('size', 'deny', 'log')");

	is_int(policy_verdicts(p, "helo", "b.test", &v), ANSWER_UNAVAILABLE,
	    "no verdict");
	is_int(policy_verdicts(p, "spam", NULL, &v), ANSWER_UNAVAILABLE,
	    "none when unavailable");
	is_int(policy_verdicts(p, "size", NULL, &v), ANSWER_YES, "both");
	policy_db_close(p);
}

static void
backoff_is(unsigned how, const char *rows, enum answer want, const char *name)
{
	struct backoff b;
	struct policy_db *p = with(how, rows);

	is_int(policy_backoff(p, &b), want, name);
	is_int(policy_backoff(p, &b), want, "asked again too");
	policy_db_close(p);
}

static void
test_backoff(unsigned how)
{
	backoff_is(how, "INSERT INTO backoff VALUES(0, 900), (10, 1800)",
	    ANSWER_YES, "backoff");
	backoff_is(how, "INSERT INTO backoff VALUES('soon', 900)",
	    ANSWER_UNAVAILABLE, "after no time");
	backoff_is(how, "INSERT INTO backoff VALUES(0, 1)", ANSWER_UNAVAILABLE,
	    "every second");
	backoff_is(how,
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
	    " WHERE i < 100) INSERT INTO backoff SELECT i, 900 FROM n",
	    ANSWER_UNAVAILABLE, "more rows than there is room for");
}

static void
test_settings(unsigned how)
{
	char text[SETTING_LEN];
	struct policy_db *p = with(how,
	    "INSERT INTO setting VALUES('empty', ''), ('none', NULL),"
	    " ('long', '0123456789abcdef')");

	is_int(policy_setting(p, "empty", NULL, text), ANSWER_UNAVAILABLE,
	    "an empty setting");
	is_int(policy_setting(p, "none", "b.test", text), ANSWER_UNAVAILABLE,
	    "one without a value");
	is_int(policy_setting(p, "long", NULL, text), ANSWER_UNAVAILABLE,
	    "one too long");
	policy_db_close(p);
}

/* Networks that are none, and verdicts, are nobody's. */
static void
test_clients(unsigned how)
{
	struct policy_db *p = with(how,
	    "INSERT INTO client VALUES('everybody', 'deny'),"
	    " ('192.0.2.0/33', 'deny'), ('192.0.2.0/24', 'log'),"
	    " ('192.0.2.0/25', 'perhaps'), ('192.0.0.0/8', 'deny')");
	enum verdict v = VERDICT_OFF;
	struct ip ip;

	ip_parse(&ip, "192.0.2.9", 9);
	ok(policy_client(p, &ip, &v) == ANSWER_YES && v == VERDICT_LOG,
	    "what is no network, or no verdict, is left out");
	policy_db_close(p);
}

static bool
first_zone(void *ctx, const char *zone, const char *codes, int weight)
{
	(void)codes;
	(void)weight;
	strlcpy(ctx, zone, 16);
	return false;
}

static bool
add_contact(void *ctx, const char *domain, const char *contact)
{
	char *out = ctx;

	strlcat(out, domain, 64);
	strlcat(out, contact, 64);
	return strcmp(domain, "c.test") != 0;
}

static void
test_lists(unsigned how)
{
	char zone[16] = "", contacts[64] = "";
	struct policy_db *p = with(how,
	    "INSERT INTO dnsbl VALUES('a.test', NULL, 1000),"
	    " ('b.test', NULL, 1), ('c.test', NULL, 1);"
	    "INSERT INTO domain_setting VALUES"
	    " ('a.test', 'contact', printf('%.500c', 'x')),"
	    " ('b.test', 'contact', 'x@y'), ('c.test', 'contact', 'z@y'),"
	    " ('d.test', 'contact', 'z@y'),"
	    " (printf('a%.300c', 'a'), 'contact', 'x@y')");

	is_int(policy_zones(p, first_zone, zone), ANSWER_YES, "lists");
	is_str(zone, "b.test",
	    "but for one of no weight, until nobody wants more");
	is_int(
	    policy_contacts(p, add_contact, contacts), ANSWER_YES, "contacts");
	is_str(contacts, "b.testx@yc.testz@y",
	    "but for what is too long, until nobody wants more");
	is_int(policy_contacts(p, add_contact, contacts), ANSWER_YES,
	    "and from the first again");
	policy_db_close(p);
}

static void
test_recipients(unsigned how)
{
	char long_name[400];
	struct policy_db *p =
	    with(how, "INSERT INTO recipient VALUES(printf('%.299c', 'a'))");

	memset(long_name, 'a', sizeof long_name);
	long_name[sizeof long_name - 1] = '\0';
	is_int(policy_recipient(p, long_name), ANSWER_NO,
	    "a mailbox too long is none");
	policy_db_close(p);
}

/* More than is read at once, of one table only. */
static void
test_large(unsigned how)
{
	struct domain_row row;
	char text[SETTING_LEN];
	struct policy_db *p = with(how,
	    "INSERT INTO setting VALUES('x', '1');"
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
	    " WHERE i < 300) INSERT INTO domain SELECT 'd' || i, 0, '' FROM n");

	is_int(policy_domain(p, "d300", &row), ANSWER_YES, "of many domains");
	is_int(policy_domain(p, "", &row), ANSWER_YES, "and any at all");
	is_int(policy_setting(p, "x", NULL, text), ANSWER_YES, "and a setting");
	policy_db_close(p);
}

static void
test_recover(void)
{
	char err[DB_ERROR];

	is_int(policy_recover(scratch("none.db"), err), 0,
	    "nothing to roll back where there is no file");
	is_int(policy_recover(scratch_dir, err), -1, "a directory can not be");
	scratch_write(scratch("text.db"), "no database at all, but text", 28);
	ok(policy_recover(scratch("text.db"), err) == -1 &&
		strstr(err, "text.db: ") != NULL,
	    "nor can text: %s", err);
	policy_db_close(NULL);
}

int
main(void)
{
	scratch_open();
	for (unsigned how = 0; how < 2; how++) {
		printf("# %s\n", how == 0 ? "opened" : "read at once");
		test_domain(how);
		test_verdicts(how);
		test_backoff(how);
		test_settings(how);
		test_clients(how);
		test_lists(how);
		test_recipients(how);
		test_large(how);
	}
	test_recover();
	return scratch_end(done());
}
