/* SPDX-License-Identifier: ISC */
/*
 * mxq where one call after another fails: what it shows is all that there is,
 * or it says that it is not; what is said to be done is done; and whatever
 * becomes of a command, the message is there.
 */
#include <err.h>
#include <sysexits.h>

#include "../../bin/mxq/mxq.h"
#include "decision.h"
#include "scratch.h"
#include "spooling.h"
#include "statedb.h"

enum { NOW = 1800000000, ROOM = 65536 };
#define DOMAIN "example.com"

struct command {
	const char *name;
	int (*run)(struct mxq *, char *args[]);
	const char *arg;
	enum out_mode mode;
};

static FILE *out;
static char shown[ROOM], whole[ROOM];
static char state_file[SCRATCH_PATH];

/* What OUT has, as text. */
static void
take_shown(char *to)
{
	ssize_t n;

	fflush(out);
	n = pread(fileno(out), to, ROOM - 1, 0);
	to[n < 0 ? 0 : n] = '\0';
}

/* With call AT of it failing; an exit status. */
static int
run(const struct command *c, int at, int error)
{
	static struct mxq q;
	char *args[] = {(char *)(uintptr_t)c->arg, NULL};
	int code = EX_TEMPFAIL;

	rewind(out);
	if (ftruncate(fileno(out), 0) == -1)
		exit(99);
	memset(&q, 0, sizeof q);
	strlcpy(q.conf.spool, root, sizeof q.conf.spool);
	/* that of the primaries nothing is known is said, and no error */
	strlcpy(q.conf.state, c->run == mxq_why ? state_file : "/none",
	    sizeof q.conf.state);
	out_open(&q.out, out, c->mode == OUT_JSON);
	q.out.mode = c->mode;
	q.out.now = NOW;
	q.yes = q.trace = true;
	fail_at(at, error);
	if (spool_look(&q.spool, root) == 0)
		code = c->run(&q, args);
	state_db_close(q.state);
	spool_close(&q.spool);
	at = fault.calls;
	fault.at = 0;
	fault.calls = at;
	take_shown(shown);
	return code;
}

static void
fresh(void)
{
	int dir;

	clear();
	length = 1000;
	if ((dir = waiting(ONE)) == -1)
		exit(99);
	close(dir);
}

/* Nothing is left out without a word, nor said not to be there. */
static void
test_shows(const struct command *c, int error)
{
	int silent = 0, at = 0, code;

	code = run(c, 0, 0);
	memcpy(whole, shown, ROOM);
	ok(code == EX_OK && *whole != '\0', "%s %s: %d", c->name,
	    c->arg == NULL ? "" : c->arg, code);
	do {
		code = run(c, ++at, error);
		if (code == EX_OK ? strcmp(shown, whole) == 0
				  : code != MXQ_NONE)
			continue;
		silent++;
		printf("# %s, call %d:\n# %s\n", c->name, at, shown);
	} while (fault.calls >= at);
	ok(silent == 0 && code == EX_OK, "%s: all or an error, %d times",
	    c->name, at);
}

static bool
is_held(void)
{
	int dir = spool_domain_dir(&sp, DOMAIN, false);
	struct message m;
	bool held = false;

	if (dir != -1 && message_open(&m, dir, ONE, MESSAGE_READ) == 0) {
		held = m.envelope->held;
		message_close(&m);
	}
	if (dir != -1)
		close(dir);
	return held;
}

/* It is there and whole, unless it was dropped. */
static bool
is_sound(const struct command *c, int code)
{
	if (strcmp(c->name, "drop") == 0)
		return code == EX_OK
		    ? is_empty(DOMAIN)
		    : is_empty(DOMAIN) || is_whole(DOMAIN, ONE, 0);
	if (!is_whole(DOMAIN, ONE, 0))
		return false;
	if (code == EX_OK && strcmp(c->name, "hold") == 0)
		return is_held();
	return code != EX_OK || !is_held();
}

static void
test_steers(const struct command *c, bool held, int error)
{
	static const struct command hold = {
	    "hold", mxq_hold, DOMAIN, OUT_PLAIN};
	int wrong = 0, at = 0, code;

	do {
		fresh();
		if (held && run(&hold, 0, 0) != EX_OK)
			exit(99);
		code = run(c, ++at, error);
		if (is_sound(c, code))
			continue;
		wrong++;
		printf("# call %d: %d\n", at, code);
	} while (fault.calls >= at);
	ok(wrong == 0 && code == EX_OK, "%s%s: right, %d times", c->name,
	    held ? " of what is held" : "", at);
}

static void
make_state(void)
{
	struct decision d = {NOW, "c1", ONE, "192.0.2.1", "helo", "a@b", "r@c",
	    "spam", "fail", "defer", "why", 5, 1};
	char err[DB_ERROR];
	struct state_db *s;

	scratch_open();
	strlcpy(state_file, scratch("state.db"), sizeof state_file);
	s = state_db_open(state_file, err);
	if (s == NULL || decision_put(s, &d) == -1)
		exit(99);
	state_db_close(s);
}

int
main(void)
{
	static const struct command shows[] = {
	    {"list", mxq_list, NULL, OUT_HUMAN},
	    {"list", mxq_list, DOMAIN, OUT_PLAIN},
	    {"list", mxq_list, DOMAIN, OUT_JSON},
	    {"show", mxq_show, ONE, OUT_HUMAN},
	    {"show", mxq_show, DOMAIN "/" ONE, OUT_PLAIN},
	    {"show", mxq_show, ONE, OUT_JSON},
	    {"cat", mxq_cat, DOMAIN "/" ONE, OUT_PLAIN},
	    {"stats", mxq_stats, NULL, OUT_PLAIN},
	    {"bad", mxq_bad, NULL, OUT_PLAIN},
	    {"why", mxq_why, ONE, OUT_PLAIN},
	    {"why", mxq_why, "192.0.2.1", OUT_JSON},
	};
	static const struct command steers[] = {
	    {"hold", mxq_hold, DOMAIN, OUT_PLAIN},
	    {"retry", mxq_retry, DOMAIN "/" ONE, OUT_PLAIN},
	    {"bounce", mxq_bounce, ONE, OUT_PLAIN},
	    {"drop", mxq_drop, ONE, OUT_PLAIN},
	};
	static const struct command release = {
	    "release", mxq_release, DOMAIN, OUT_PLAIN};
	static const struct command bounce = {
	    "bounce", mxq_bounce, DOMAIN "/" ONE, OUT_PLAIN};
	static char buffer[ROOM];
	int bad;

	if (!begin() || (out = tmpfile()) == NULL ||
	    setvbuf(out, buffer, _IOFBF, sizeof buffer) != 0 ||
	    freopen("/dev/null", "w", stderr) == NULL)
		return 99;
	make_state();
	fresh();
	if ((bad = openat(
		 sp.bad, "example.com." TWO, O_CREAT | O_WRONLY, 0600)) == -1)
		return 99;
	close(bad);
	for (size_t i = 0; i < sizeof shows / sizeof *shows; i++)
		test_shows(&shows[i], i % 2 == 0 ? EIO : EACCES);
	for (size_t i = 0; i < sizeof steers / sizeof *steers; i++)
		test_steers(&steers[i], false, EIO);
	test_steers(&release, true, EROFS);
	test_steers(&bounce, true, ENOSPC);
	return scratch_end(end());
}
