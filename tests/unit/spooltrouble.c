/* SPDX-License-Identifier: ISC */
/* The spool and what it meets: no room, no directory, a file that is damaged,
 * one call that fails behind another. */
#include "spooling.h"

static struct draft d;

/* Of a disk of 1,000 blocks; 5 % are kept. */
static void
test_room(void)
{
	static const struct {
		uint64_t left, inodes, inodes_left, size;
		bool good;
	} rooms[] = {
	    {50, 0, 0, 0, true}, /* as if there were no inodes to count */
	    {49, 0, 0, 0, false},
	    {51, 0, 0, 4096, true},
	    {51, 0, 0, 4097, false},
	    {50, 1000, 51, 0, true},
	    {50, 1000, 50, 0, false},
	    {50, 10000000, 10001, 0, true},
	    {50, 10000000, 10000, 0, false},
	};

	for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
		disk = (struct statvfs){.f_frsize = 4096,
		    .f_blocks = 1000,
		    .f_bavail = rooms[i].left,
		    .f_files = rooms[i].inodes,
		    .f_favail = rooms[i].inodes_left};
		is_int(
		    spool_has_room(&sp, rooms[i].size), rooms[i].good, "room");
	}
	disk = (struct statvfs){.f_frsize = 4096,
	    .f_blocks = (uint64_t)1 << 40,
	    .f_bavail = SPACE_RESERVE / 4096};
	ok(spool_has_room(&sp, 0), "a gigabyte is enough");
	fail_at(1, EIO);
	ok(!spool_has_room(&sp, 0), "unknown is none");
	fail_at(0, 0);
}

static void
test_names(void)
{
	char path[64];

	ok(write_draft(&d) && draft_link(&d, &sp, "../x", ONE) == -1 &&
		errno == EINVAL,
	    "a domain is no path");
	draft_abort(&d, &sp);
	draft_abort(&d, &sp); /* once more is no harm */
	is_int(spool_etrn_put(&sp, ""), -1, "nothing is no flag");
	is_int(spool_count(&sp, "../x", true), -1, "nor a domain to count");
	put("example.com", ONE);
	snprintf(path, sizeof path, "%s/queue/a.example.com", root);
	close(open(path, O_WRONLY | O_CREAT, 0600));
	is_int(spool_count(&sp, "example.com", true), 1, "what is no domain");
	is_int(spool_count(&sp, "a.example.com", true), 0, "has no messages");
}

/* As mxq does, which makes nothing. */
static void
test_look(void)
{
	struct spool look;
	char path[64];

	is_int(spool_look(&look, root), 0, "a spool is looked at");
	ok(look.queue != -1 && look.bad != -1, "all of it");
	spool_close(&look);
	snprintf(path, sizeof path, "%s/bad", root);
	rmdir(path);
	is_int(spool_look(&look, root), 0, "where a part is missing");
	ok(look.queue != -1 && look.bad == -1, "that is not there");
	spool_close(&look);
	close(open(path, O_WRONLY | O_CREAT, 0600));
	is_int(spool_look(&look, root), -1, "or is not what it should be");
	is_int(look.queue, -1, "there is none");
}

/* The queue itself went: we do not try for ever. */
static void
test_no_queue(void)
{
	char path[64];

	write_draft(&d);
	draft_link_dsn(&d, &sp, ONE);
	write_draft(&d);
	snprintf(path, sizeof path, "%s/queue", root);
	rmdir(path);
	ok(draft_link(&d, &sp, "example.com", TWO) == -1 && errno == ENOENT,
	    "a message has no place");
	ok(spool_release_dsn(&sp, "example.com", ONE) == -1 && errno == ENOENT,
	    "nor has a bounce");
	draft_abort(&d, &sp);
}

/* File systems without O_TMPFILE. */
static void
test_named(void)
{
	int tmp = sp.tmp;

	fail_at(1, EISDIR);
	ok(write_draft(&d) && d.named, "a draft with a name");
	fail_at(0, 0);
	is_int(draft_link(&d, &sp, "example.com", ONE), 0, "is linked");
	ok(is_whole("example.com", ONE, 0), "and whole");
	sp.tmp = open("/proc", O_RDONLY | O_DIRECTORY);
	is_int(draft_open(&d, &sp), -1, "nothing can be made there");
	is_int(d.fd, -1, "so there is none");
	fail_at(2, EIO);
	is_int(draft_open(&d, &sp), -1, "nor is there a name");
	fail_at(0, 0);
	close(sp.tmp);
	sp.tmp = tmp;
}

static void
test_draft(void)
{
	static char big[RECORD_LEN];
	static struct draft copy;
	struct envelope *e = example();

	memset(big, 'x', sizeof big - 1);
	envelope_set(&e->helo, big);
	draft_open(&d, &sp);
	ok(draft_seal(&d, e) == -1 && errno == EMSGSIZE, "an endless HELO");
	draft_abort(&d, &sp);
	envelope_free(e);
	for (int i = 0; i < 2; i++) {
		draft_open(&d, &sp);
		draft_write(&d, body, OCTETS);
		close(draft_reader(&d));
		is_int(ftruncate(d.fd, OCTETS / 2), 0, "some of it is lost");
		fault.no_copy = i == 1;
		ok(draft_copy(&copy, &d, &sp) == -1 && errno == EIO,
		    "so there is no copy");
		fault.no_copy = false;
		draft_abort(&d, &sp);
	}
}

/* A hundred lie in bad/ already: it stays where it is. */
static void
test_aside(void)
{
	int dir = spool_domain_dir(&sp, "example.com", true);

	for (int i = 0; i < 100; i++) {
		put("example.com", ONE);
		fail_at(i == 1, EINVAL); /* it can not see that one is there */
		if (spool_set_aside(&sp, "example.com", dir, ONE) == -1)
			break;
		fail_at(0, 0);
	}
	fail_at(0, 0);
	ok(is_empty("example.com"), "all are set aside");
	put("example.com", ONE);
	ok(spool_set_aside(&sp, "example.com", dir, ONE) == -1 &&
		errno == EEXIST,
	    "one too many is not");
	ok(is_whole("example.com", ONE, 0), "it is where it was");
	is_int(spool_set_aside(&sp, "example.com", dir, TWO), -1,
	    "nor is what is not there");
	close(dir);
}

static enum message_status
status_of(int dir, const char *name)
{
	struct message m;
	enum message_status status = message_open(&m, dir, name, MESSAGE_READ);

	if (status == MESSAGE_OK)
		message_close(&m);
	return status;
}

/* Octets put into the file, and taken back. */
static void
test_damage(void)
{
	static const struct {
		const char *octets;
		off_t at;
	} heads[] = {{"mx2", 0}, {" ", 24}, {"1", 4}, {"/", 10}, {":", 10},
	    {"0000000000000999999", 5}, {"0000000000000001000", 5}};
	int dir = waiting(ONE), fd = openat(dir, ONE, O_RDWR);
	char was[24];

	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		size_t n = strlen(heads[i].octets);

		if (pread(fd, was, n, heads[i].at) != (ssize_t)n ||
		    pwrite(fd, heads[i].octets, n, heads[i].at) != (ssize_t)n)
			break;
		is_int(status_of(dir, ONE), MESSAGE_BAD, heads[i].octets);
		is_int(pwrite(fd, was, n, heads[i].at), (long long)n, "back");
	}
	is_int(status_of(dir, ONE), MESSAGE_OK, "then it is none");
	is_int(status_of(dir, ONE "01234567890"), MESSAGE_GONE, "a long name");
	is_int(ftruncate(fd, SPOOL_HEAD + 100 + JOURNAL_LEN + 1), 0, "longer");
	is_int(status_of(dir, ONE), MESSAGE_BAD, "no journal is that long");
	close(fd);
	close(dir);
}

/* A cut that is not of the message. */
static void
test_cut(void)
{
	struct envelope *e = example();
	int dir = spool_domain_dir(&sp, "example.com", true);

	cuts_add(&e->cuts, 50, 51);
	draft_open(&d, &sp);
	draft_write(&d, body, 100);
	ok(draft_seal(&d, e) == 0 &&
		draft_link(&d, &sp, "example.com", ONE) == 0,
	    "what is to be left out");
	is_int(status_of(dir, ONE), MESSAGE_BAD, "has to be there");
	envelope_free(e);
	close(dir);
}

/* A line that was never synced, with its end or without. */
static void
test_torn(void)
{
	static const char *const tails[] = {"0", "00000000 try at=1\n"};
	int dir = waiting(ONE);
	struct message m;
	struct record r;

	for (int i = 0; i < 2; i++) {
		message_open(&m, dir, ONE, MESSAGE_LOCK);
		is_int(pwrite(m.fd, tails[i], strlen(tails[i]), (off_t)m.size),
		    (long long)strlen(tails[i]), "a torn tail");
		message_close(&m);
		is_int(message_open(&m, dir, ONE, MESSAGE_LOCK), MESSAGE_OK,
		    "is no part of it");
		event_try(&r, 1790000000, "host", "450 later");
		fail_at(1, EIO);
		ok(message_append(&m, &r) == -1 && errno == EIO,
		    "if it stays nothing is put behind it");
		fail_at(0, 0);
		event_try(&r, 1790000000, "host", "450 later");
		is_int(message_append(&m, &r), 0, "else it is");
		message_close(&m);
		ok(is_whole("example.com", ONE, (unsigned)i + 1), "as it was");
	}
	close(dir);
}

static int
count(void *n, const struct record_view *view)
{
	(void)view;
	++*(int *)n;
	return 0;
}

static void
test_append(void)
{
	int dir = waiting(ONE), n = 0;
	struct message m;
	struct record r;
	uint64_t end;

	message_open(&m, dir, ONE, MESSAGE_LOCK);
	event_dsn(&r, 7, 1790000000, "x");
	fail_at(2, EIO);
	ok(message_append(&m, &r) == -1 && errno == EIO,
	    "what means nothing is taken back, if that can be");
	fail_at(0, 0);
	event_try(&r, 1790000000, "host", "450 later");
	r.line[12] ^= 1;
	ok(message_append(&m, &r) == -1 && errno == EBADMSG,
	    "what is no record is");
	event_try(&r, 1790000000, "host", "450 later");
	is_int(message_append(&m, &r), 0, "what is one is there");
	end = m.journal_end;
	m.journal_end = SPOOL_HEAD + m.length + JOURNAL_LEN;
	event_try(&r, 1790000000, "host", "450 later");
	ok(message_append(&m, &r) == -1 && errno == EFBIG, "there is an end");
	m.journal_end = end;
	is_int(ftruncate(m.fd, (off_t)end - 1), 0, "another cuts it");
	is_int(message_records(&m, count, &n), 0, "while it is read");
	is_int(n, 8, "what is left is seen");
	message_close(&m);
	close(dir);
}

static long long
blocks(const struct message *m)
{
	struct stat st;

	fstat(m->fd, &st);
	return st.st_size == (off_t)m->size ? st.st_blocks : -1;
}

/* Room for records, behind a message that no reader sees grow. */
static void
test_reserve(void)
{
	int dir = waiting(ONE);
	struct message m;
	long long before;
	struct record r;

	message_open(&m, dir, ONE, MESSAGE_LOCK);
	before = blocks(&m);
	is_int(message_reserve(&m, OCTETS), 0, "room is kept");
	ok(blocks(&m) * 512 >= (long long)m.size + OCTETS, "it is there");
	event_try(&r, 1790000000, "host", "450 later");
	is_int(message_append(&m, &r), 0, "and a record in it");
	message_trim(&m);
	is_int(blocks(&m), before, "what is left of it is given back");
	message_trim(&m);
	message_close(&m);
	ok(is_whole("example.com", ONE, 1), "but for the record");

	message_open(&m, dir, ONE, MESSAGE_LOCK);
	fail_at(1, EINTR);
	is_int(message_reserve(&m, 1), 0, "it is asked for again");
	fail_at(1, EOPNOTSUPP);
	is_int(message_reserve(&m, 1), 0, "who can not keep any has to do");
	fail_at(1, EDQUOT);
	ok(message_reserve(&m, 1) == -1 && errno == EDQUOT, "there is none");
	fail_at(0, 0);
	ok(message_reserve(&m, JOURNAL_LEN) == -1 && errno == EFBIG,
	    "a journal does not get that long");
	is_int(pwrite(m.fd, "0", 1, (off_t)m.size), 1, "a torn tail");
	m.size++;
	fail_at(1, EIO);
	is_int(message_reserve(&m, 1), -1, "that stays would cost it later");
	fail_at(0, 0);
	ok(message_reserve(&m, 1) == 0 && m.size == m.journal_end,
	    "is cut off before");
	message_close(&m);
	close(dir);
}

int
main(void)
{
	static void (*const test[])(void) = {test_room, test_names, test_look,
	    test_no_queue, test_named, test_draft, test_aside, test_damage,
	    test_cut, test_torn, test_append, test_reserve};

	if (!begin())
		return 1;
	length = 100;
	for (size_t i = 0; i < sizeof test / sizeof *test; i++) {
		open_spool();
		test[i]();
		clear();
	}
	return end();
}
