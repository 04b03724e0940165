/* SPDX-License-Identifier: ISC */
/*
 * The spool, where one system call after another fails, in each of several
 * ways: what is said to be done is done and whole; what is not leaves nothing
 * in part, and a message that was there is there.
 */
#include "spooling.h"

/* Each does its part with the fault and judges without: true when right. */

static bool
receives(void)
{
	bool done = open_spool() && put("example.com", ONE);

	fault.at = 0;
	if (done && fault.unsynced)
		return false;
	if (!done)
		spool_close(&sp);
	if (!done && !open_spool())
		return false;
	return done ? is_whole("example.com", ONE, 0) : is_empty("example.com");
}

static bool
copies(void)
{
	static struct draft one, two;
	struct envelope *e;
	bool done, opened;
	int at = fault.at;

	fault.at = 0;
	e = example();
	done = open_spool() && draft_open(&one, &sp) == 0 &&
	    draft_write(&one, body, length) == 0;
	fault.at = done ? at : 0;
	opened = done && draft_copy(&two, &one, &sp) == 0;
	done = opened && draft_seal(&two, e) == 0 &&
	    draft_link(&two, &sp, "b.example", TWO) == 0;
	fault.at = 0;
	if (opened && !done)
		draft_abort(&two, &sp);
	draft_abort(&one, &sp);
	envelope_free(e);
	if (done && fault.unsynced)
		return false;
	return done ? is_whole("b.example", TWO, 0) : is_empty("b.example");
}

static bool
copies_itself(void)
{
	bool good;

	fault.no_copy = true;
	good = copies();
	fault.no_copy = false;
	return good;
}

/* All that wait, below a domain too, or that it is not known. */
static bool
counts(void)
{
	int at = fault.at, dir = waiting(ONE);
	long n;

	fault.at = 0;
	put("a.example.com", TWO);
	fault.at = at;
	n = spool_count(&sp, "example.com", true);
	fault.at = 0;
	close(dir);
	return n == 2 || n == -1 || (n == 1 && fault.error == ENOENT);
}

/* Before it is sealed, by another descriptor. */
static bool
reads(void)
{
	static struct draft d;
	int at = fault.at, fd;
	char back[10];
	bool good;

	fault.at = 0;
	good = open_spool() && draft_open(&d, &sp) == 0 &&
	    draft_write(&d, body, length) == 0;
	fault.at = at;
	fd = draft_reader(&d);
	fault.at = 0;
	if (fd != -1)
		good &= pread(fd, back, sizeof back, SPOOL_HEAD) ==
			(ssize_t)sizeof back &&
		    memcmp(back, body, sizeof back) == 0;
	if (fd != -1)
		close(fd);
	draft_abort(&d, &sp);
	return good;
}

static int
count_record(void *n, const struct record_view *view)
{
	(void)view;
	++*(int *)n;
	return 0;
}

static bool
records(void)
{
	enum message_status status;
	int dir = waiting(ONE), n = 0;
	bool synced, kept, lied = false;
	struct message m;
	struct record r;

	status = message_open(&m, dir, ONE, MESSAGE_LOCK);
	if (status == MESSAGE_OK) {
		kept = message_reserve(&m, 10000) == 0;
		lied = m.reserved && !kept;
		for (int i = 0; i < 2; i++) {
			event_try(&r, 1790000000 + i, "host", "450 later");
			if (message_append(&m, &r) == 0)
				synced = message_sync(&m) == 0;
			else
				synced = !fault.unsynced;
			lied |= synced && fault.unsynced;
			fault.unsynced = false;
		}
		message_trim(&m);
		message_records(&m, count_record, &n);
		message_schedule(&m, 1790001000, true);
		message_close(&m);
	}
	fault.at = 0;
	close(dir);
	/* nothing that failed is damage */
	return !lied && status != MESSAGE_BAD &&
	    is_whole("example.com", ONE, 2);
}

static bool
ends(void)
{
	int dir = waiting(ONE);
	struct message m;
	bool gone = message_open(&m, dir, ONE, MESSAGE_LOCK) == MESSAGE_OK &&
	    message_unlink(&m) == 0;

	message_close(&m);
	fault.at = 0;
	close(dir);
	return gone ? is_empty("example.com") : is_whole("example.com", ONE, 0);
}

static bool
takes_back(void)
{
	int dir = waiting(ONE);
	bool done = spool_unlink(&sp, "example.com", ONE) == 0;

	fault.at = 0;
	close(dir);
	return done
	    ? is_empty("example.com")
	    : is_empty("example.com") || is_whole("example.com", ONE, 0);
}

static bool
sets_aside(void)
{
	int dir = waiting(ONE);
	char path[128];
	bool there;

	spool_set_aside(&sp, "example.com", dir, ONE);
	fault.at = 0;
	close(dir);
	snprintf(path, sizeof path, "%s/bad/example.com:" ONE, root);
	there = access(path, F_OK) == 0;
	strlcat(path, ".1", sizeof path);
	there |=
	    access(path, F_OK) == 0; /* "it is there already", it was told */
	return there == is_empty("example.com");
}

static bool
releases(void)
{
	static struct draft d;
	int at = fault.at, result = 0;
	char path[128];
	bool held;

	fault.at = 0;
	if (!open_spool() || !write_draft(&d))
		return false;
	fault.at = at;
	held = draft_link_dsn(&d, &sp, ONE) == 0;
	if (held)
		result = spool_release_dsn(&sp, "example.com", ONE);
	fault.at = 0;
	draft_abort(&d, &sp);
	snprintf(path, sizeof path, "%s/dsn/" ONE, root);
	if (!held)
		return access(path, F_OK) == -1 && is_empty("example.com");
	return access(path, F_OK) == 0 ? result == -1 && is_empty("example.com")
				       : is_whole("example.com", ONE, 0);
}

static bool
asks(void)
{
	int at = fault.at, put, took;
	char path[128];

	fault.at = 0;
	if (!open_spool())
		return false;
	fault.at = at;
	put = spool_etrn_put(&sp, "example.com");
	fault.at = 0;
	snprintf(path, sizeof path, "%s/etrn/example.com", root);
	took = spool_etrn_take(&sp, "example.com");
	return (put == 0) == (took == 0) && access(path, F_OK) == -1;
}

/* ---- */

static const struct {
	bool (*does)(void);
	const char *what;
} scenes[] = {{receives, "a message comes in"},
    {copies, "it is for a second domain"},
    {copies_itself, "and is copied without the kernel"},
    {records, "its journal grows"}, {ends, "it is done"},
    {takes_back, "a link is taken back"},
    {sets_aside, "what is damaged is set aside"},
    {releases, "a bounce is made and released"}, {asks, "ETRN leaves a flag"},
    {counts, "what waits is counted"}, {reads, "what is written is read"}};

static const struct {
	enum kind kind;
	int error;
	const char *name;
} ways[] = {{FAIL, EIO, "EIO"}, {FAIL, ENOSPC, "ENOSPC"},
    {FAIL, EDQUOT, "EDQUOT"}, {FAIL, EINTR, "EINTR"}, {FAIL, ENOENT, "ENOENT"},
    {FAIL, EEXIST, "EEXIST"}, {FAIL, EINVAL, "EINVAL"},
    {FAIL, EOPNOTSUPP, "EOPNOTSUPP"}, {FAIL, EWOULDBLOCK, "EWOULDBLOCK"},
    {FAIL, EXDEV, "EXDEV"}, {HALF, 0, "half of it"}, {NOTHING, 0, "nothing"}};

/* At each call in turn, until there is none left. */
static void
play(size_t scene, size_t way)
{
	int n = 0, wrong = 0, calls;

	do {
		fault.kind = ways[way].kind;
		fault.error = ways[way].error;
		fault.calls = 0;
		fault.unsynced = false;
		fault.at = ++n;
		if (!scenes[scene].does()) {
			wrong++;
			printf("# at call %d\n", n);
		}
		calls = fault.calls;
		fault.at = 0;
		clear();
	} while (calls >= n);
	is_int(wrong, 0, scenes[scene].what);
	printf("# %s at each of %d calls\n", ways[way].name, n - 1);
}

int
main(void)
{
	if (!begin())
		return 1;
	for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
		for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
			/* in the buffer, and larger than it */
			bool copied = i == 1 || i == 2;

			length = copied || (i == 0 && way < 2) ? OCTETS : 100;
			play(i, way);
			if (length == 100 || way > 1)
				continue;
			length = 100;
			play(i, way);
		}
	}
	return end();
}
