/* SPDX-License-Identifier: ISC */
/* The envelope in memory: its recipients, and no memory for them. */
#include "envelope.h"

#include "failing_files.h"
#include "tap.h"

static struct envelope *
fill(void)
{
	const struct record_view trace = {"trace", "text=Received:%20x"};
	struct envelope *e = envelope_new();

	if (e == NULL)
		return NULL;
	if (envelope_set(&e->sender, "a@example.org") == 0 &&
	    envelope_apply(e, &trace) == 0 &&
	    envelope_add_rcpt(e, "b@example.com", 1, "") == 0 &&
	    envelope_add_rcpt(e, "c@example.com", 0, "rfc822;c") == 0)
		return e;
	envelope_free(e);
	return NULL;
}

/* Each allocation in turn: all or nothing, and nothing is lost. */
static void
test_nomem(void)
{
	struct envelope *e = NULL;
	int n = 0, wrong = 0, calls;

	do {
		envelope_free(e);
		errno = 0;
		fail_at(++n, ENOMEM);
		e = fill();
		calls = fault.calls;
		fail_at(0, 0);
		wrong += (e == NULL) != (calls >= n);
		wrong += e == NULL && errno != ENOMEM;
	} while (calls >= n);
	is_int(wrong, 0, "without memory there is no envelope");
	ok(n > 20, "at each of %d allocations", n - 1);
	is_str(e->sender, "a@example.org", "with it there is");
	is_str(e->trace, "Received: x", "with its trace");
	envelope_free(e);
}

/* One that can not be added is not there, and the others are. */
static void
test_kept(void)
{
	struct envelope *e = fill();
	int failed = 0;

	for (int at = 1; at < 6; at++) {
		fail_at(at, ENOMEM);
		failed += envelope_add_rcpt(e, "d@example.com", 0, "") == -1;
	}
	fail_at(0, 0);
	is_int(failed, 5, "room, and four strings");
	is_int((long long)e->nrcpt, 2, "two are left");
	is_str(e->rcpt[1].orcpt, "rfc822;c", "as they were");
	fail_at(1, ENOMEM);
	is_int(envelope_set(&e->sender, "x"), -1, "nor is a string set");
	fail_at(0, 0);
	is_str(e->sender, "a@example.org", "it is the one before");
	envelope_free(e);
}

static void
test_count(void)
{
	struct envelope *e = envelope_new();

	is_int((long long)envelope_count(e, RCPT_WAITING), 0, "nobody");
	for (int i = 0; i < 5; i++)
		envelope_add_rcpt(e, "a@example.com", 0, "");
	e->rcpt[3].state = RCPT_FAILED;
	is_int((long long)envelope_count(e, RCPT_WAITING), 4, "four wait");
	is_int((long long)envelope_count(e, RCPT_FAILED), 1, "one does not");
	envelope_free(e);
}

int
main(void)
{
	test_nomem();
	test_kept();
	test_count();
	return done();
}
