/* SPDX-License-Identifier: ISC */
/*
 * A primary one of whose replies goes wrong, each in its turn: the walk goes on
 * as far as it can, the next one does what is left, and nothing is lost.
 */
#include "walking.h"

static void
try_reply(int at, enum wrong how)
{
	int fds = descriptors();
	unsigned before = bad->taken;

	clear();
	put(time(NULL), names);
	bad_next(at, how);
	work();
	at = bad->replies; /* as many as there were */
	bad_next(0, WRONG_CLOSED);
	walk_again();
	deaf = true; /* it may have taken what it did not say that it took */
	judge(before, fds);
	bad->replies = at;
}

static void
each_reply(const char *name)
{
	bool reached = true;
	int at = 0;

	trouble = NULL;
	while (trouble == NULL && reached) {
		at++;
		reached = false;
		for (int how = 0; trouble == NULL && how < WRONG_ENDS; how++) {
			try_reply(at, (enum wrong)how);
			reached |= bad->replies >= at;
		}
	}
	if (!ok(trouble == NULL, "%s: %d replies", name, at - 1))
		printf("# %s at %d\n", trouble, at);
}

int
main(int argc, char **argv)
{
	set_up(argc, argv);
	due = 1;
	each_reply("word by word");
	strlcpy(bad->offers, "PIPELINING\nCHUNKING\nDSN\nLIMITS RCPTMAX=1",
	    sizeof bad->offers);
	each_reply("in flights");
	return scratch_end(done());
}
