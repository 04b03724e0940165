/* SPDX-License-Identifier: ISC */
/*
 * Room for what a primary may say of each recipient, kept before it is asked:
 * without any a message for several is not handed over, as it might be again.
 */
#include "walking.h"

static const char *one[] = {"b@b.test", NULL};

/* A walk of what is for RCPTS; returns how many messages it has handed over. */
static unsigned
walk(const char *rcpts[], int error)
{
	unsigned before = bad->taken;

	clear();
	put(time(NULL), rcpts);
	reserved = 0;
	no_room = error;
	work();
	no_room = 0;
	return bad->taken - before;
}

static void
test_none(int error)
{
	unsigned before = bad->taken;

	is_int(walk(names, error), 0, strerrorname_np(error));
	is_int(reserved, 1, "room is asked for once");
	is_int(waiting(target), 1, "without any it waits");
	walk_again();
	is_int(bad->taken - before, 1, "until there is room");
	is_int(waiting(target), 0, "then it goes");
	is_int(walk(one, error), 1, "one alone needs none");
	is_int(reserved, 0, "and asks for none");
}

/* One is refused, and its bounce can not be made: it stays, as failed, beside
 * one that waits. */
static void
test_beside_failed(void)
{
	struct message m;
	struct record r;
	struct spool sp;
	char id[ID_NAME + 1];
	time_t now = time(NULL);
	unsigned before = bad->taken;
	int dir;

	clear();
	put(now, names);
	snprintf(id, sizeof id, "%08" PRIx64 "000000000001", (uint64_t)now);
	spool_open(&sp, spool);
	dir = spool_domain_dir(&sp, target, false);
	if (message_open(&m, dir, id, MESSAGE_LOCK) != MESSAGE_OK ||
	    !event_fail(&r, 0, now, "host", "550 no") ||
	    message_append(&m, &r) == -1)
		exit(99);
	message_close(&m);
	close(dir);
	spool_close(&sp);
	reserved = 0;
	no_room = ENOSPC;
	work();
	no_room = 0;
	is_int(reserved, 1, "one beside another that has failed");
	is_int(bad->taken - before, 0, "needs room, too");
	walk_again();
	is_int(bad->taken - before, 2, "and goes, as the bounce does");
}

/* A server that takes one at a time: room is asked for as long as two wait. */
static void
test_rounds(void)
{
	names[2] = "d@b.test";
	strlcpy(
	    bad->offers, "PIPELINING\nLIMITS RCPTMAX=1", sizeof bad->offers);
	is_int(walk(names, 0), 3, "three transactions");
	is_int(reserved, 2, "all but the last with room for more than one");
	is_int(waiting(target), 0, "nothing is left");
	names[2] = NULL;
}

int
main(int argc, char **argv)
{
	set_up(argc, argv);
	bad_next(0, WRONG_CLOSED);
	test_none(ENOSPC);
	test_none(EDQUOT);
	is_int(walk(names, EOPNOTSUPP), 1, "who can not keep any has to do");
	is_int(waiting(target), 0, "and it goes");
	test_beside_failed();
	test_rounds();
	return scratch_end(done());
}
