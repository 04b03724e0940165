/* SPDX-License-Identifier: ISC */
/*
 * A walk of mxrun where one call after another fails, in the process that
 * leads it or in the worker, or where one is told to stop: nobody dies, the
 * next walk does what is left, nothing is lost and nothing is sent twice.
 */
#include "walking.h"

enum { CALLS = 3000 };

static void
lead(void)
{
	char *none[] = {NULL};

	run_queue(&conf, none, true);
}

static int
try(void (*what)(void), int at, int error)
{
	int fds = descriptors(), calls;
	unsigned before = bad->taken;

	clear();
	put(time(NULL), names);
	bad_next(0, WRONG_CLOSED);
	if (error != 0)
		fail_at(at, error);
	else
		stop_at = at;
	questions = 0;
	deaf = false;
	what();
	calls = error != 0 ? fault.calls : questions;
	fail_at(0, 0);
	stop_at = 0;
	walk_again();
	judge(before, fds);
	return calls;
}

static void
each(const char *name, int error, void (*what)(void))
{
	int n = 0, calls;

	trouble = NULL;
	do {
		calls = try(what, ++n, error);
	} while (trouble == NULL && calls >= n && n < CALLS);
	if (!ok(trouble == NULL, "%s, %s: %d", name,
		error == 0 ? "stopped" : strerrorname_np(error), n - 1))
		printf("# %s at %d\n", trouble, n);
}

int
main(int argc, char **argv)
{
	set_up(argc, argv);
	due = 1;
	each("a message, led", EIO, lead);
	each("a message, led", EINTR, lead);
	each("a message, led", 0, lead);
	each("a message", EIO, work);
	each("a message", 0, work);
	strlcpy(bad->refused, "<c@b.test>", sizeof bad->refused);
	due = 2;
	each("a bounce", EIO, work);
	each("a bounce", 0, work);
	return scratch_end(done());
}
