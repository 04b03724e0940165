/* SPDX-License-Identifier: ISC */
/* Helpers that are kept, and those that do not deserve it. */
#include "kept.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keys.h"
#include "tap.h"
#include "wire.h"

/* Answers with the number it was asked, and notes that it was started. */
static const char script[] =
    "#!/bin/sh\n"
    "cd ${0%/*} && echo $$ >>starts\n"
    "say() { printf 'n=%s\\n\\n' \"$n\"; }\n"
    "while read -r l; do case $l in\n"
    "n=*) n=${l#n=} ;;\n"
    "do=*) do=${l#do=} ;;\n"
    "'') case $do in\n"
    "    leave) exit ;;\n"
    "    kill) kill -9 $$ ;;\n"
    "    once) [ -e gone ] || { : >gone && exit; }; say ;;\n"
    "    half) printf 'n=%s\\n' \"$n\"; exit ;;\n"
    "    late) sleep 1; say ;;\n"
    "    last) say; exit ;;\n"
    "    twice) printf 'n=%s\\n\\nn=%s\\n\\n' \"$n\" \"$n\" ;;\n"
    "    again) say; sleep 0.1; say ;;\n"
    "    stubborn) say; exec sleep 60 ;;\n"
    "    *) say ;;\n"
    "    esac ;;\n"
    "esac; done\n";

struct answer {
	unsigned n;
};

static const struct key answer_keys[] = {
    KEY("n", KEY_COUNT, struct answer, n, .most = 1000, .must = true),
    KEYS_END,
};

static char libexec[] = "/tmp/unit-XXXXXX";
static struct kept kept;
static int64_t patience = 60 * 1000;

static const char *
path_of(const char *name)
{
	static char path[64];

	snprintf(path, sizeof path, "%s/%s", libexec, name);
	return path;
}

/* How often it was started since. */
static int
starts(void)
{
	FILE *f = fopen(path_of("starts"), "r");
	int n = 0, c;

	while (f != NULL && (c = getc(f)) != EOF)
		n += c == '\n';
	if (f != NULL)
		fclose(f);
	unlink(path_of("starts"));
	unlink(path_of("gone"));
	return n;
}

static int
begin(const char *what, unsigned n)
{
	const struct kept_call call = {libexec, "helper", -1};
	struct pairs p;

	pairs_init(&p);
	pairs_add(&p, "do", what);
	pairs_add_number(&p, "n", n);
	return kept_ask(&kept, &call, &p);
}

static int
finish(void)
{
	struct answer a;
	int result;

	do {
		struct keys k = {.all = answer_keys, .whole = &a};

		a.n = 0;
		result = keys_read_answer(
		    &k, &kept.helper.in, wire_now() + patience);
	} while (kept_settle(&kept, result));
	return result == 0 ? (int)a.n : -1;
}

/* Its answer; -1 with errno. */
static int
ask(const char *what, unsigned n)
{
	return begin(what, n) == -1 ? -1 : finish();
}

static void
is_kept(void)
{
	starts();
	ok(ask("", 1) == 1 && ask("", 2) == 2 && ask("", 3) == 3,
	    "requests are answered, each its own");
	is_int(starts(), 1, "by the same");
	ok(kept.runs && !kept.owes, "who stays");
	kept_end(&kept);
	ok(!kept.runs && kill(kept.helper.pid, 0) == -1, "until it is let go");
	kept_end(&kept);
	ok(ask("", 4) == 4, "then another is started");
}

static void
gone_between(void)
{
	pid_t before = kept.helper.pid;

	starts();
	kill(before, SIGKILL);
	ok(ask("", 5) == 5 && kept.helper.pid != before,
	    "killed meanwhile: another answers");
	ok(ask("last", 6) == 6, "it leaves after an answer");
	ok(ask("", 7) == 7, "and another answers");
	is_int(starts(), 2, "one for each");
}

static void
gone_within(void)
{
	starts();
	is_int(ask("once", 8), 8, "gone when it was asked: another answers");
	is_int(starts(), 1, "who was started for it");
	errno = 0;
	ok(ask("kill", 9) == -1 && errno == EPROTO, "both die of it");
	is_int(starts(), 1, "and no third is tried");
	ok(!kept.runs, "none is left");
	ok(ask("leave", 10) == -1, "a new one dies");
	is_int(starts(), 1, "and is not replaced");
	ok(ask("", 11) == 11, "the next is answered");
	ok(ask("half", 12) == -1 && errno == EPROTO, "gone within its answer");
	is_int(starts(), 1, "that is no answer, and not asked again");
}

/* What is said too late, or too often, is nobody's answer. */
static void
stale(void)
{
	int first;

	ok(ask("", 13) == 13, "one that answers");
	patience = 50;
	errno = 0;
	ok(ask("late", 14) == -1 && errno == ETIMEDOUT, "then too late");
	patience = 60 * 1000;
	ok(!kept.runs, "is ended");
	ok(ask("", 15) == 15, "and what it said is not heard");
	first = kept.helper.pid;
	ok(ask("twice", 16) == 16, "one that answers twice");
	ok(ask("", 17) == 17 && kept.helper.pid != first, "is not asked again");
	first = kept.helper.pid;
	ok(ask("again", 18) == 18 &&
		poll(&(struct pollfd){kept.helper.fd, POLLIN, 0}, 1, 10000) ==
		    1,
	    "nor one that speaks unasked");
	ok(ask("", 19) == 19 && kept.helper.pid != first, "later");
	first = kept.helper.pid;
	ok(begin("", 20) == 0 && begin("", 21) == 0 && finish() == 21 &&
		kept.helper.pid != first,
	    "nor one whose answer nobody fetched");
}

static void
ended(void)
{
	int64_t before = wire_now();

	ok(begin("late", 22) == 0, "one that is asked");
	kept_end(&kept);
	ok(!kept.runs && !kept.owes && wire_now() - before < 900,
	    "is not waited for");
	ok(ask("stubborn", 23) == 23, "one that does not end");
	kept_end(&kept);
	ok(!kept.runs && waitpid(-1, NULL, WNOHANG) == -1, "is made to");
}

static void
none(void)
{
	int lowest;

	chmod(path_of("helper"), 0600);
	errno = 0;
	ok(begin("", 24) == -1 && errno == EACCES, "none can be started");
	ok(!kept.runs, "and none is there");
	chmod(path_of("helper"), 0700);
	ok(ask("", 25) == 25, "then one can");
	lowest = dup(0);
	close(lowest);
	for (unsigned i = 0; i < 20; i++)
		ask(i % 3 == 0 ? "leave" : i % 3 == 1 ? "" : "last", i);
	kept_end(&kept);
	ok(dup(0) < lowest, "no descriptor is left");
}

int
main(void)
{
	FILE *f;

	signal(SIGPIPE, SIG_IGN);
	if (mkdtemp(libexec) == NULL ||
	    (f = fopen(path_of("helper"), "w")) == NULL)
		return 99;
	fputs(script, f);
	fclose(f);
	if (chmod(path_of("helper"), 0700) == -1)
		return 99;
	is_kept();
	gone_between();
	gone_within();
	stale();
	ended();
	none();
	starts();
	unlink(path_of("helper"));
	rmdir(libexec);
	return done();
}
