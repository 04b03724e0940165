/* SPDX-License-Identifier: ISC */
/*
 * The spool, where one system call after another fails, in each of several
 * ways: what is said to be done is done and whole; what is not leaves nothing
 * in part, and a message that was there is there.
 *
 * The calls are those of this file, which the linker finds before libc's.
 */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tap.h"

enum kind { FAIL, HALF, NOTHING };

static struct {
	enum kind kind;
	int error;
	int at;	       /* the call that goes wrong; 0: none */
	int calls;     /* so far */
	bool unsynced; /* it was a sync that failed */
} fault;

/* What was done, a letter each: w written, l linked, m a directory made, r
 * renamed, s a file synced, S a directory. */
static char trace[64];

/* ---- the calls */

static void
note(char letter)
{
	size_t n = strlen(trace);

	if (n + 1 < sizeof trace)
		trace[n] = letter;
}

static char
kind_of(int fd)
{
	struct stat st;

	if (syscall(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) == -1)
		return '?';
	return S_ISDIR(st.st_mode) ? 'S' : 's';
}

/* True for the call that has to fail, errno set. */
static bool
fails(void)
{
	if (fault.at == 0 || ++fault.calls != fault.at || fault.kind != FAIL)
		return false;
	errno = fault.error;
	return true;
}

/* Octets that the call may move; a file is not read as if it had ended. */
static size_t
moves(size_t n, bool writes)
{
	if (fault.at == 0 || fault.calls != fault.at || fault.kind == FAIL)
		return n;
	return fault.kind == NOTHING && writes ? 0 : (n + 1) / 2;
}

#define CALL(name, parameters, ...)                              \
	int name parameters;                                     \
	int name parameters                                      \
	{                                                        \
		note((#name)[0] == 'l'	    ? 'l'                \
			: (#name)[0] == 'm' ? 'm'                \
			: (#name)[0] == 'r' ? 'r'                \
					    : '-');              \
		return fails() ? -1 : (int)syscall(__VA_ARGS__); \
	}
#define MOVE(writes, name, parameters, n, ...)            \
	ssize_t name parameters;                          \
	ssize_t name parameters                           \
	{                                                 \
		if (writes)                               \
			note('w');                        \
		if (fails())                              \
			return -1;                        \
		n = moves(n, writes);                     \
		return n == 0 ? 0 : syscall(__VA_ARGS__); \
	}

#define SYNC(name)                                           \
	int name(int fd)                                     \
	{                                                    \
		note(kind_of(fd));                           \
		if (!fails())                                \
			return (int)syscall(SYS_##name, fd); \
		fault.unsynced = true;                       \
		return -1;                                   \
	}

SYNC(fsync)
SYNC(fdatasync)
SYNC(syncfs)
CALL(ftruncate, (int fd, off_t n), SYS_ftruncate, fd, n)
CALL(fchmod, (int fd, mode_t mode), SYS_fchmod, fd, mode)
CALL(mkdir, (const char *path, mode_t mode), SYS_mkdirat, AT_FDCWD, path, mode)
CALL(mkdirat, (int dir, const char *path, mode_t mode), SYS_mkdirat, dir, path,
    mode)
CALL(unlinkat, (int dir, const char *path, int flags), SYS_unlinkat, dir, path,
    flags)
CALL(linkat, (int dir, const char *path, int to, const char *name, int flags),
    SYS_linkat, dir, path, to, name, flags)
CALL(renameat, (int dir, const char *path, int to, const char *name),
    SYS_renameat2, dir, path, to, name, 0)
CALL(renameat2,
    (int dir, const char *path, int to, const char *name, unsigned flags),
    SYS_renameat2, dir, path, to, name, flags)
CALL(futimens, (int fd, const struct timespec times[2]), SYS_utimensat, fd,
    NULL, times, 0)
CALL(
    fstat, (int fd, struct stat *st), SYS_newfstatat, fd, "", st, AT_EMPTY_PATH)
CALL(fstatat, (int dir, const char *path, struct stat *st, int flags),
    SYS_newfstatat, dir, path, st, flags)
MOVE(false, pread, (int fd, void *to, size_t n, off_t at), n, SYS_pread64, fd,
    to, n, at)
MOVE(true, pwrite, (int fd, const void *from, size_t n, off_t at), n,
    SYS_pwrite64, fd, from, n, at)
MOVE(true, copy_file_range,
    (int from, off_t *in, int to, off_t *out, size_t n, unsigned flags), n,
    SYS_copy_file_range, from, in, to, out, n, flags)

int
openat(int dir, const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	return fails() ? -1 : (int)syscall(SYS_openat, dir, path, flags, mode);
}

/* What _FORTIFY_SOURCE makes of it. */
int __openat_2(int dir, const char *path, int flags);
int
__openat_2(int dir, const char *path, int flags)
{
	return openat(dir, path, flags, 0);
}

static void (*while_waiting)(void); /* for the lock */

int
flock(int fd, int how)
{
	if (while_waiting != NULL)
		while_waiting();
	return fails() ? -1 : (int)syscall(SYS_flock, fd, how);
}

char *
strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy = fails() ? NULL : malloc(n);

	return copy == NULL ? NULL : memcpy(copy, s, n);
}

/* ---- what is done */

enum { OCTETS = 100000 };

#define ONE "00000000000000000001"
#define TWO "00000000000000000002"

static char root[] = "/tmp/spoolfaults.XXXXXX";
static char body[OCTETS];
static struct spool sp;
static size_t length; /* of the message */

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return strcmp(path, root) == 0 ? 0 : remove(path);
}

static void
clear(void)
{
	spool_close(&sp);
	nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct envelope *
example(void)
{
	struct envelope *e = envelope_new();

	if (e == NULL)
		return NULL;
	e->arrived = 1790000000;
	e->about_n = 1;
	if (envelope_set(&e->sender, "a@example.org") == 0 &&
	    envelope_set(&e->trace, "Received: x\r\n") == 0 &&
	    envelope_set(&e->about_id, "x") == 0 && cuts_add(&e->cuts, 0, 1) &&
	    envelope_add_rcpt(e, "b@example.com", 0, "") == 0 &&
	    envelope_add_rcpt(e, "c@example.com", 0, "") == 0)
		return e;
	envelope_free(e);
	return NULL;
}

static bool
write_draft(struct draft *d)
{
	struct envelope *e;
	bool good;

	if (draft_open(d, &sp) == -1)
		return false;
	e = example();
	good = e != NULL && draft_write(d, body, length) == 0 &&
	    draft_seal(d, e) == 0;
	envelope_free(e);
	return good;
}

static bool
put(const char *domain, const char *id)
{
	static struct draft d;
	bool good = write_draft(&d) && draft_link(&d, &sp, domain, id) == 0;

	if (!good)
		draft_abort(&d, &sp);
	return good;
}

/* There, with all its octets, and N tries in its journal at most. */
static bool
is_whole(const char *domain, const char *id, unsigned tries)
{
	int dir = spool_domain_dir(&sp, domain, false);
	static char back[OCTETS];
	struct message m;
	bool good;

	if (dir == -1)
		return false;
	if (message_open(&m, dir, id, MESSAGE_READ) != MESSAGE_OK) {
		close(dir);
		return false;
	}
	good = m.length == length && m.envelope->nrcpt == 2 &&
	    m.envelope->attempts <= tries &&
	    pread(m.fd, back, length, SPOOL_HEAD) == (ssize_t)length &&
	    memcmp(back, body, length) == 0;
	message_close(&m);
	close(dir);
	return good;
}

static bool
is_empty(const char *domain)
{
	return spool_count(&sp, domain, true) == 0;
}

static bool
open_spool(void)
{
	return spool_open(&sp, root) == 0;
}

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

/* One that waits, and a domain's directory; the fault comes after that. */
static int
waiting(const char *id)
{
	int at = fault.at, dir;

	fault.at = 0;
	dir = open_spool() && put("example.com", id)
	    ? spool_domain_dir(&sp, "example.com", false)
	    : -1;
	fault.at = at;
	return dir;
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
	bool synced, lied = false;
	struct message m;
	struct record r;

	status = message_open(&m, dir, ONE, MESSAGE_LOCK);
	if (status == MESSAGE_OK) {
		for (int i = 0; i < 2; i++) {
			event_try(&r, 1790000000 + i, "host", "450 later");
			if (message_append(&m, &r) == 0)
				synced = message_sync(&m) == 0;
			else
				synced = !fault.unsynced;
			lied |= synced && fault.unsynced;
			fault.unsynced = false;
		}
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

static void
put_another(void)
{
	int dir = spool_domain_dir(&sp, "example.com", false);

	while_waiting = NULL;
	renameat(dir, TWO, dir, ONE);
	close(dir);
}

/* The name is another message's by the time the lock is ours. */
static void
test_replaced(void)
{
	int dir = waiting(ONE);
	struct message m;

	put("example.com", TWO);
	while_waiting = put_another;
	is_int(message_open(&m, dir, ONE, MESSAGE_LOCK), MESSAGE_GONE,
	    "who waited for a lock looks at the name again");
	is_int(message_open(&m, dir, ONE, MESSAGE_LOCK), MESSAGE_OK,
	    "and takes what has it now");
	message_close(&m);
	close(dir);
	clear();
}

/* Whether what was done is, but for calls of no account, this. */
static void
was(const char *want, const char *name)
{
	char got[sizeof trace];
	size_t n = 0;

	for (const char *c = trace; *c != '\0'; c++) {
		if (*c != '-')
			got[n++] = *c;
	}
	got[n] = '\0';
	is_str(got, want, name);
	memset(trace, 0, sizeof trace);
}

/* Before anybody is told anything. */
static void
test_order(void)
{
	static struct draft d;
	struct message m;
	struct record r;
	int dir;

	open_spool();
	memset(trace, 0, sizeof trace);
	put("example.com", ONE);
	was("wsmlSS", "the file, its name, the new directory, all synced");
	put("example.com", TWO);
	was("wslS", "the file, then its name");
	dir = spool_domain_dir(&sp, "example.com", false);
	message_open(&m, dir, ONE, MESSAGE_LOCK);
	event_try(&r, 1790000000, "host", "450 later");
	message_append(&m, &r);
	message_sync(&m);
	message_close(&m);
	was("ws", "a record");
	write_draft(&d);
	draft_link_dsn(&d, &sp, "00000000000000000003");
	was("wslS", "a bounce that is not released");
	spool_release_dsn(&sp, "example.com", "00000000000000000003");
	was("rSS", "and that is, in both directories");
	spool_set_aside(&sp, "example.com", dir, TWO);
	was("rSS", "what is set aside");
	close(dir);
	clear();
}

/* ---- */

static const struct {
	bool (*does)(void);
	const char *what;
} scenes[] = {{receives, "a message comes in"},
    {copies, "it is for a second domain"}, {records, "its journal grows"},
    {ends, "it is done"}, {takes_back, "a link is taken back"},
    {sets_aside, "what is damaged is set aside"},
    {releases, "a bounce is made and released"}, {asks, "ETRN leaves a flag"}};

static const struct {
	enum kind kind;
	int error;
	const char *name;
} ways[] = {{FAIL, EIO, "EIO"}, {FAIL, ENOSPC, "ENOSPC"},
    {FAIL, EINTR, "EINTR"}, {FAIL, ENOENT, "ENOENT"}, {FAIL, EEXIST, "EEXIST"},
    {FAIL, EINVAL, "EINVAL"}, {FAIL, EOPNOTSUPP, "EOPNOTSUPP"},
    {FAIL, EWOULDBLOCK, "EWOULDBLOCK"}, {FAIL, EXDEV, "EXDEV"},
    {HALF, 0, "half of it"}, {NOTHING, 0, "nothing"}};

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
	if (mkdtemp(root) == NULL)
		return 1;
	for (size_t i = 0; i < sizeof body; i++)
		body[i] = (char)('a' + i % 26);
	sp = (struct spool){-1, -1, -1, -1, -1, -1};
	for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
		for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
			/* in the buffer, and larger than it */
			length = i > 1 || way > 1 ? 100 : OCTETS;
			play(i, way);
			if (i > 1 || length == 100)
				continue;
			length = 100;
			play(i, way);
		}
	}
	test_replaced();
	test_order();
	rmdir(root);
	return done();
}
