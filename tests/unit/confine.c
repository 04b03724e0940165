/* SPDX-License-Identifier: ISC */
/* What mxrecv, mxrun and the helpers can not do once they are confined. */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/landlock.h>

#include "dns.h"
#include "pairs.h"
#include "sandbox.h"
#include "shift.h"
#include "tap.h"
#include "wire.h"

enum { DENIED = 7 };

static char dir[] = "/tmp/confine-XXXXXX";
static struct conf conf;
static int ask[2]; /* ask[1] is a helper's, and has a request */

/* ---- what is tried: true when it could be done */

static bool
reads(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC) != -1;
}

static bool
reads_passwd(void)
{
	return reads("/etc/passwd");
}

static bool
reads_policy(void)
{
	return reads(conf.policy);
}

static bool
writes(const char *path)
{
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) != -1;
}

static bool
writes_policy(void)
{
	return writes(conf.policy);
}

static bool
writes_state(void)
{
	return writes(conf.state);
}

static bool
writes_elsewhere(void)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/elsewhere", dir);
	return writes(path);
}

static bool
links_in_spool(void)
{
	char from[PATH_MAX], to[PATH_MAX];
	int fd;

	snprintf(from, sizeof from, "%.4000s/tmp", conf.spool);
	snprintf(to, sizeof to, "%.4000s/queue", conf.spool);
	if (mkdir(from, 0700) == -1 || mkdir(to, 0700) == -1 ||
	    (fd = open(from, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600)) == -1)
		return false;
	snprintf(from, sizeof from, "/proc/self/fd/%d", fd);
	strlcat(to, "/name", sizeof to);
	return linkat(AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW) == 0 &&
	    unlink(to) == 0;
}

static bool
runs_shell(void)
{
	execl("/bin/sh", "sh", "-c", "exit 0", (char *)NULL);
	return false;
}

static bool
runs_helper(void)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%.4000s/helper", conf.libexec);
	execl(path, "helper", (char *)NULL);
	return false;
}

static bool
forks(void)
{
	return fork() != -1;
}

static bool
traces(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static bool
leaves(void)
{
	return unshare(CLONE_NEWUSER) == 0;
}

static bool
gains(void)
{
	return setuid(getuid()) == 0;
}

static bool
asks_dns(void)
{
	return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) != -1;
}

static bool
asks_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) != -1;
}

static bool
listens(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd != -1 && listen(fd, 1) == 0;
}

/* The next request of a helper: a descriptor comes, its time and memory are
 * looked at. */
static bool
serves(void)
{
	struct pairs_in in;
	const char *key;
	struct timespec t;
	char *value, octet;

	pairs_in_init(&in, ask[1]);
	if (pairs_next(&in, wire_now() + 1000, &key, &value) != PAIRS_PAIR ||
	    pairs_next(&in, wire_now() + 1000, &key, &value) != PAIRS_END ||
	    pread(in.passed, &octet, 1, 0) != 0 || close(in.passed) == -1)
		return false;
	if (pairs_next(&in, wire_now() + 10, &key, &value) != PAIRS_ERROR ||
	    errno != ETIMEDOUT)
		return false;
	return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0 &&
	    shift_goes_on(&(struct shift){.seconds = 10});
}

static bool
looks_it_up(void)
{
	struct conf none = {.resolvers.n = 1,
	    .resolvers.at[0] = {.ip.family = AF_INET, .port = 53}};
	struct dns *d = dns_new(&none);

	dns_free(d);
	return d != NULL;
}

/* ---- who tries it */

static int
receiver(void)
{
	return confine(&conf, CONFINE_RECEIVER);
}

static int
runner(void)
{
	return confine(&conf, CONFINE_RUNNER);
}

static int
free_one(void)
{
	conf.confine = false;
	return receiver();
}

static int
helper_without_dns(void)
{
	return sandbox_enter(&(struct sandbox){.seconds = 5});
}

static int
helper_with_dns(void)
{
	return sandbox_enter(&(struct sandbox){.dns = true});
}

/* In a child: what it can do ends it with 0; a call that kills is no. */
static bool
can(int (*enter)(void), bool (*try)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		fclose(stderr);
		_exit(enter() == -1 ? DENIED + 1 : try() ? 0 : DENIED);
	}
	if (waitpid(pid, &status, 0) == -1)
		return false;
	if (WIFEXITED(status) && WEXITSTATUS(status) == DENIED + 1)
		ok(false, "it could not be confined");
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int
copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
	char block[4096];
	ssize_t n;

	while ((n = read(in, block, sizeof block)) > 0) {
		if (write(out, block, (size_t)n) != n)
			return -1;
	}
	return n == 0 && close(in) == 0 ? close(out) : -1;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static bool
has_request(void)
{
	struct pairs p;

	pairs_init(&p);
	pairs_add(&p, "offset", "0");
	return socketpair(AF_UNIX, SOCK_STREAM, 0, ask) == 0 &&
	    pairs_send(
		&p, ask[0], open("/dev/null", O_RDONLY | O_CLOEXEC), -1) == 0;
}

static void
set_up(void)
{
	static const char *const names[] = {
	    "etc", "spool", "policy", "state", "libexec"};
	char path[PATH_MAX];

	if (mkdtemp(dir) == NULL)
		exit(1);
	conf.confine = true;
	snprintf(conf.file, sizeof conf.file, "%s/etc/mx.conf", dir);
	snprintf(conf.spool, sizeof conf.spool, "%s/spool", dir);
	snprintf(conf.policy, sizeof conf.policy, "%s/policy/policy.db", dir);
	snprintf(conf.state, sizeof conf.state, "%s/state/state.db", dir);
	snprintf(conf.libexec, sizeof conf.libexec, "%s/libexec", dir);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		if (mkdir(path, 0700) == -1)
			exit(1);
	}
	snprintf(path, sizeof path, "%.4000s/helper", conf.libexec);
	if (!writes(conf.policy) || copy("/bin/true", path) == -1 ||
	    !has_request())
		exit(1);
}

static void
clear_up(void)
{
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

__attribute__((unused)) static void
test_helpers(void)
{
	ok(!can(helper_without_dns, reads_passwd), "a helper reads no file");
	ok(!can(helper_without_dns, runs_helper), "runs nothing");
	ok(!can(helper_without_dns, forks), "forks not");
	ok(!can(helper_without_dns, asks_dns), "has no socket");
	ok(!can(helper_without_dns, asks_unix), "of any kind");
	ok(can(helper_with_dns, asks_dns), "one that asks the DNS has");
	ok(can(helper_with_dns, looks_it_up), "and a resolver, each time anew");
	ok(can(helper_with_dns, serves), "takes another request");
	ok(!can(helper_with_dns, asks_unix), "no other socket");
	ok(!can(helper_with_dns, listens), "listens to nobody");
	ok(!can(helper_with_dns, reads_passwd), "reads no file");
	ok(!can(helper_with_dns, runs_shell), "runs nothing");
}

int
main(void)
{
	bool landlock = syscall(SYS_landlock_create_ruleset, NULL, 0,
			    LANDLOCK_CREATE_RULESET_VERSION) >= 2;

	set_up();
	ok(can(receiver, reads_policy), "mxrecv reads policy.db");
	ok(can(receiver, writes_state), "and writes state.db");
	ok(can(receiver, links_in_spool), "and the spool");
	ok(can(receiver, runs_helper), "and starts helpers");
	ok(can(receiver, asks_dns), "and asks the DNS");
	ok(!can(receiver, traces), "it traces nobody");
	ok(!can(receiver, leaves), "makes no name space");
	ok(!can(receiver, gains), "is nobody else");
	ok(can(runner, writes_policy), "mxrun writes policy.db");
	ok(can(runner, forks), "and has workers");
	ok(!can(runner, traces), "it traces nobody");
	if (landlock) {
		ok(!can(receiver, writes_policy), "mxrecv can not");
		ok(!can(receiver, writes_elsewhere), "nor any other file");
		ok(!can(receiver, reads_passwd), "nor read all there is");
		ok(!can(receiver, runs_shell), "nor start a shell");
		ok(!can(runner, writes_elsewhere), "mxrun writes no others");
		ok(!can(runner, reads_passwd), "nor reads them");
		ok(!can(runner, runs_shell), "nor starts a shell");
	}
	ok(can(free_one, reads_passwd), "\"confine no\" sets free");
	conf.confine = true;

#ifndef __SANITIZE_ADDRESS__ /* whose calls no filter allows */
	test_helpers();
#endif
	clear_up();
	return done();
}
