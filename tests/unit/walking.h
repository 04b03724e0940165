/* SPDX-License-Identifier: ISC */
/*
 * Walks of mxrun in a unit test's own process, from a spool to a server that
 * takes mail; calls fail when the test wants it, but for SQLite's.
 */
#ifndef WALKING_H
#define WALKING_H

#include <ftw.h>
#include <inttypes.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "../../bin/mxrun/books.h"
#include "../../bin/mxrun/job.h"
#include "../../bin/mxrun/run.h"
#include "badserver.h"
#include "descriptors.h"
#include "failing_files.h"
#include "scratch.h"
#include "tap.h"

static struct conf conf;
static char spool[64];
static char target[] = "b.test", origin[] = "a.test";
static int stop_at; /* the question after which we are to stop; 0: none */
static int questions;

/* ---- more calls that fail */

static bool deaf; /* one by which an answer is heard failed */

#define CALL_TOO(type, name, parameters, ...)                     \
	type name parameters;                                     \
	type name parameters                                      \
	{                                                         \
		return fails() ? -1 : (type)syscall(__VA_ARGS__); \
	}
#define HEARING_CALL(type, name, parameters, ...)          \
	type name parameters;                              \
	type name parameters                               \
	{                                                  \
		if (!fails())                              \
			return (type)syscall(__VA_ARGS__); \
		deaf = true;                               \
		return -1;                                 \
	}

CALL_TOO(int, socketpair, (int family, int type, int protocol, int fd[2]),
    SYS_socketpair, family, type, protocol, fd)
CALL_TOO(ssize_t, write, (int fd, const void *from, size_t n), SYS_write, fd,
    from, n)
CALL_TOO(ssize_t, sendmsg, (int fd, const struct msghdr *m, int flags),
    SYS_sendmsg, fd, m, flags)
HEARING_CALL(ssize_t, read, (int fd, void *to, size_t n), SYS_read, fd, to, n)
HEARING_CALL(
    int, poll, (struct pollfd * p, nfds_t n, int ms), SYS_poll, p, n, ms)

/* Workers that are forked are well. */
pid_t
fork(void)
{
	pid_t pid = fails() ? -1 : _Fork();

	if (pid == 0) {
		fault.at = 0;
		stop_at = 0;
	}
	return pid;
}

bool
stopping(void)
{
	questions++;
	return stop_at != 0 && questions >= stop_at;
}

/* ---- SQLite's calls do not fail */

static void *
sure_malloc(int n)
{
	return take((size_t)n);
}

static void *
sure_realloc(void *p, int n)
{
	return __interceptor_realloc != NULL
	    ? __interceptor_realloc(p, (size_t)n)
	    : __libc_realloc(p, (size_t)n);
}

static int
sure_size(void *p)
{
	return p == NULL ? 0 : (int)malloc_usable_size(p);
}

static int
sure_round(int n)
{
	return n;
}

static int
sure_begin(void *ctx)
{
	(void)ctx;
	return SQLITE_OK;
}

static void
sure_end(void *ctx)
{
	(void)ctx;
}

static int
sure_open(const char *path, int flags, int mode)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static int
sure_fstat(int fd, struct stat *st)
{
	return (int)syscall(SYS_newfstatat, fd, "", st, AT_EMPTY_PATH);
}

static int
sure_ftruncate(int fd, off_t n)
{
	return (int)syscall(SYS_ftruncate, fd, n);
}

static ssize_t
sure_pread(int fd, void *to, size_t n, off_t at)
{
	return syscall(SYS_pread64, fd, to, n, at);
}

static ssize_t
sure_pwrite(int fd, const void *from, size_t n, off_t at)
{
	return syscall(SYS_pwrite64, fd, from, n, at);
}

static ssize_t
sure_read(int fd, void *to, size_t n)
{
	return syscall(SYS_read, fd, to, n);
}

static ssize_t
sure_write(int fd, const void *from, size_t n)
{
	return syscall(SYS_write, fd, from, n);
}

static void
keep_databases_well(void)
{
	static const sqlite3_mem_methods memory = {sure_malloc, free,
	    sure_realloc, sure_size, sure_round, sure_begin, sure_end, NULL};
	static const struct {
		const char *name;
		sqlite3_syscall_ptr call;
	} calls[] = {{"open", (sqlite3_syscall_ptr)sure_open},
	    {"fstat", (sqlite3_syscall_ptr)sure_fstat},
	    {"ftruncate", (sqlite3_syscall_ptr)sure_ftruncate},
	    {"read", (sqlite3_syscall_ptr)sure_read},
	    {"write", (sqlite3_syscall_ptr)sure_write},
	    {"pread", (sqlite3_syscall_ptr)sure_pread},
	    {"pwrite", (sqlite3_syscall_ptr)sure_pwrite}};
	sqlite3_vfs *vfs;

	sqlite3_config(SQLITE_CONFIG_MALLOC, &memory);
	vfs = sqlite3_vfs_find(NULL);
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		vfs->xSetSystemCall(vfs, calls[i].name, calls[i].call);
}

/* ---- what is in the spool */

static struct envelope *
new_envelope(time_t arrived, const char *rcpts[])
{
	struct envelope *e = envelope_new();

	e->arrived = arrived;
	if (envelope_set(&e->sender, "a@a.test") == -1 ||
	    envelope_set(&e->trace, "Received: x\r\n") == -1)
		exit(99);
	for (; *rcpts != NULL; rcpts++) {
		if (envelope_add_rcpt(e, *rcpts, 0, "") == -1)
			exit(99);
	}
	return e;
}

static void
put(time_t arrived, const char *rcpts[])
{
	static const char text[] = "Subject: x\r\n\r\ntext\r\n";
	static struct draft d;
	struct envelope *e = new_envelope(arrived, rcpts);
	char id[ID_NAME + 1];
	struct spool sp;

	snprintf(id, sizeof id, "%08" PRIx64 "000000000001", (uint64_t)arrived);
	if (spool_open(&sp, spool) == -1 || draft_open(&d, &sp) == -1 ||
	    draft_write(&d, text, sizeof text - 1) == -1 ||
	    draft_seal(&d, e) == -1 || draft_link(&d, &sp, target, id) == -1)
		exit(99);
	spool_close(&sp);
	envelope_free(e);
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static void
clear(void)
{
	nftw(spool, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	unlink(conf.state);
	unlink(scratch("state.db-wal"));
	unlink(scratch("state.db-shm"));
}

static long
waiting(const char *domain)
{
	struct spool sp;
	long n;

	if (spool_open(&sp, spool) == -1)
		exit(99);
	n = spool_count(&sp, domain, true);
	spool_close(&sp);
	return n;
}

/* ---- walks */

/* What a worker does for its domain. */
static void
work(void)
{
	struct run run = {.conf = &conf};
	static struct job job;
	struct books books;
	int fd[2], at = fault.at;

	fault.at = 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) == -1 ||
	    spool_open(&run.spool, conf.spool) == -1)
		exit(99);
	books_init(&books, &conf, &run.backoff);
	books_backoff(&books, &run.backoff);
	strlcpy(job.domain, target, sizeof job.domain);
	job.forced = true;
	if (!books_look_up(&books, &job) ||
	    write(fd[0], &job, sizeof job) != sizeof job)
		exit(99);
	books_close(&books);
	shutdown(fd[0], SHUT_WR);
	fault.at = at;
	worker(&run, fd[1]);
	fault.at = 0;
	close(fd[0]);
	close(fd[1]);
	spool_close(&run.spool);
}

static void
walk_again(void)
{
	char *named[] = {target, origin, NULL}, *bounce[] = {origin, NULL};

	run_queue(&conf, named, false);
	run_queue(&conf, bounce, false);
}

/* ---- what came of it */

static const char *names[4] = {"b@b.test", "c@b.test"}; /* whom it is for */
static unsigned due; /* to be taken in the end */
static const char *trouble;

__attribute__((unused)) static void
judge(unsigned before, int fds)
{
	if (bad->taken - before < due)
		trouble = "lost";
	if (bad->taken - before > due && !deaf)
		trouble = "sent twice";
	if (waiting(target) + waiting(origin) != 0)
		trouble = "left in the queue";
	if (descriptors() != fds)
		trouble = "a descriptor is left";
	if (waitpid(-1, NULL, WNOHANG) != -1)
		trouble = "a child is left";
}

static void
set_up(int argc, char **argv)
{
	static char text[4 * PATH_MAX], libexec[PATH_MAX], share[PATH_MAX];
	char wrong[CONF_ERROR];

	if (argc < 1 || strchr(argv[0], '/') == NULL)
		exit(99);
	snprintf(text, sizeof text, "%.*s/../../libexec",
	    (int)(strrchr(argv[0], '/') - argv[0]), argv[0]);
	if (realpath(text, libexec) == NULL || realpath("share", share) == NULL)
		exit(99);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, SIG_IGN); /* a worker finishes what it has in hand */
	scratch_open();
	keep_databases_well();
	bad_start();
	snprintf(spool, sizeof spool, "%s/spool", scratch_dir);
	snprintf(text, sizeof text,
	    "hostname mx.test\nspool %s\npolicy %s\nstate %s\n"
	    "libexec %s\nshare %s\nworkers 2\n"
	    "resolver 127.0.0.1:9\n",
	    spool, scratch("policy.db"), scratch("state.db"), libexec, share);
	scratch_write(scratch("mx.conf"), text, strlen(text));
	if (conf_load(&conf, scratch("mx.conf"), wrong) == -1) {
		printf("Bail out! %s\n", wrong);
		exit(99);
	}
	scratch_schema(conf.policy, "share/schema.sql");
	snprintf(text, sizeof text,
	    "INSERT INTO domain(name, route) VALUES"
	    " ('b.test', '[127.0.0.1]:%u'), ('a.test', '[127.0.0.1]:%u');"
	    "UPDATE setting SET value = '0' WHERE name = 'settle_wait'",
	    bad->port, bad->port);
	scratch_sql(conf.policy, text);
}

#endif
