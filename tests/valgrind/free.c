/* SPDX-License-Identifier: ISC */
/*
 * Linked into the programs that run under valgrind(1) alone (Makefile).  That
 * makes calls that the filters kill for, opens files that Landlock closes, has
 * descriptors of its own, is what /proc/self/exe names, and does not know
 * pidfd_open(2), without which a helper is killed at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STEPS = 200, STEP_US = 20000 };

struct conf;
struct sandbox;
struct sandbox_filter {
	char none;
};

int __wrap_confine(const struct conf *, int role);
int __wrap_sandbox_enter(const struct sandbox *);
const struct sandbox_filter *__wrap_sandbox_prepare(const struct sandbox *);
int __real_setrlimit(int, const struct rlimit *);
int __wrap_setrlimit(int, const struct rlimit *);
int __wrap_pidfd_open(pid_t, unsigned flags);
int __real_execv(const char *, char *const[]);
int __wrap_execv(const char *, char *const[]);

int
__wrap_confine(const struct conf *c, int role)
{
	(void)c;
	(void)role;
	return 0;
}

int
__wrap_sandbox_enter(const struct sandbox *s)
{
	(void)s;
	return 0;
}

const struct sandbox_filter *
__wrap_sandbox_prepare(const struct sandbox *s)
{
	static const struct sandbox_filter nothing;

	(void)s;
	return &nothing;
}

int
__wrap_setrlimit(int resource, const struct rlimit *l)
{
	return resource == RLIMIT_NOFILE ? 0 : __real_setrlimit(resource, l);
}

/* mx-tls, which starts over: by its script. */
int
__wrap_execv(const char *path, char *const argv[])
{
	return __real_execv(
	    strcmp(path, "/proc/self/exe") == 0 ? MX_TLS : path, argv);
}

/* When the process has ended: a descriptor that is readable, as its own is. */
int
__wrap_pidfd_open(pid_t pid, unsigned flags)
{
	siginfo_t info = {.si_pid = 0};

	(void)flags;
	for (unsigned i = 0; i < STEPS; i++) {
		if (waitid(P_PID, (id_t)pid, &info,
			WEXITED | WNOHANG | WNOWAIT) == -1)
			return -1;
		if (info.si_pid == pid)
			return open("/dev/null", O_RDONLY | O_CLOEXEC);
		usleep(STEP_US);
	}
	errno = ENOSYS;
	return -1;
}
