/* SPDX-License-Identifier: ISC */
/*
 * The parent, which has loaded all and reads nothing: each connection is a
 * child's, which shares its memory until it writes there, and confines itself
 * as one that was started alone.  When a file has changed, or a child was
 * killed, which may have been an attempt at its memory's layout, the parent
 * starts over as a new program with the same socket.
 */
#include "listen.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "log.h"
#include "serve.h"

enum { PASSED_FD = 3, BACKLOG = 1024, PAUSE_US = 10000 };

struct parent {
	const struct listening *at;
	struct served served;
	int signals; /* a descriptor */
	sigset_t before;
	unsigned children; /* of this program; those of an earlier one end
			      unseen */
	bool leaving;
};

static bool is_passed(void);
static int bind_to(const char *path);
static int set_up(struct parent *, const char *conf);
static void watch(struct parent *);
static void accept_one(struct parent *);
static int become_child(struct parent *, int fd);
static void take_signals(struct parent *);
static void reap(struct parent *);
static void start_over(struct parent *);

int
listen_open(struct listening *l, const char *path)
{
	if (is_passed()) {
		l->socket = PASSED_FD;
	} else {
		if (path == NULL)
			return 0;
		if ((l->socket = bind_to(path)) == -1)
			return -1;
	}
	l->path = path;
	fcntl(l->socket, F_SETFD, FD_CLOEXEC);
	return fcntl(l->socket, F_SETFL,
		   fcntl(l->socket, F_GETFL) | O_NONBLOCK) == -1
	    ? -1
	    : 1;
}

int
listen_run(const struct listening *l, const char *conf)
{
	static struct parent p; /* what it has ends with the process */

	p = (struct parent){.at = l};
	if (set_up(&p, conf) == -1) {
		log_event(LOG_L_ERROR, "not-listening", "error",
		    strerror(errno), NULL);
		return EX_OSERR;
	}
	while (!p.leaving || p.children > 0)
		watch(&p);
	return EX_OK;
}

/* sd_listen_fds(3): one, which is 3; start_over() does as systemd does. */
static bool
is_passed(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	bool passed = pid != NULL && fds != NULL && strcmp(fds, "1") == 0 &&
	    strtonum(pid, 1, INT_MAX, NULL) == getpid();

	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return passed;
}

/* For our group: mxrecv's. */
static int
bind_to(const char *path)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	mode_t before;
	int fd, result;

	if (strlcpy(un.sun_path, path, sizeof un.sun_path) >=
	    sizeof un.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		return -1;
	unlink(path);
	before = umask(0117);
	result = bind(fd, (struct sockaddr *)&un, sizeof un);
	umask(before);
	return result == -1 || listen(fd, BACKLOG) == -1 ? -1 : fd;
}

static int
set_up(struct parent *p, const char *conf)
{
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ours, &p->before);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return -1;
	p->signals = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
	if (p->signals == -1)
		return -1;
	return serve_prepare(&p->served, conf);
}

/* Who is too many waits in the kernel. */
static void
watch(struct parent *p)
{
	bool full =
	    p->leaving || p->children >= ready_connections(p->served.ready);
	struct pollfd fds[] = {{.fd = p->signals, .events = POLLIN},
	    {.fd = full ? -1 : p->at->socket, .events = POLLIN}};

	if (poll(fds, 2, -1) < 1)
		return;
	if (fds[0].revents != 0)
		take_signals(p);
	if (fds[1].revents != 0 && !p->leaving)
		accept_one(p);
}

static void
accept_one(struct parent *p)
{
	int fd;
	pid_t pid;

	if (ready_is_old(p->served.ready))
		start_over(p);
	if ((fd = accept4(p->at->socket, NULL, NULL, SOCK_CLOEXEC)) == -1) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			usleep(PAUSE_US); /* no descriptors, no memory */
		return;
	}
	if ((pid = fork()) == 0)
		_exit(become_child(p, fd));
	close(fd);
	if (pid != -1)
		p->children++;
}

static int
become_child(struct parent *p, int fd)
{
	close(p->at->socket);
	close(p->signals);
	sigprocmask(SIG_SETMASK, &p->before, NULL);
	if (dup2(fd, STDIN_FILENO) == -1 || dup2(fd, STDOUT_FILENO) == -1)
		return EX_OSERR;
	close(fd);
	return serve(&p->served, -1);
}

static void
take_signals(struct parent *p)
{
	struct signalfd_siginfo info;

	while (read(p->signals, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGCHLD) {
			reap(p);
			continue;
		}
		if (!p->leaving && p->at->path != NULL)
			unlink(p->at->path);
		if (!p->leaving)
			close(p->at->socket);
		p->leaving = true;
	}
}

static void
reap(struct parent *p)
{
	bool killed = false;
	char number[16];
	int status;

	while (waitpid(-1, &status, WNOHANG) > 0) {
		if (p->children > 0)
			p->children--;
		if (!WIFSIGNALED(status))
			continue;
		snprintf(number, sizeof number, "%d", WTERMSIG(status));
		log_event(LOG_L_ERROR, "child-killed", "signal", number, NULL);
		killed = true;
	}
	if (killed && !p->leaving)
		start_over(p);
}

/* A new program has another layout of its memory, and reads all anew. */
static void
start_over(struct parent *p)
{
	char pid[16];

	snprintf(pid, sizeof pid, "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "1", 1);
	if (p->at->socket == PASSED_FD)
		fcntl(PASSED_FD, F_SETFD, 0);
	else
		dup2(p->at->socket, PASSED_FD);
	sigprocmask(SIG_SETMASK, &p->before, NULL);
	execv("/proc/self/exe", p->at->argv);
	log_event(
	    LOG_L_ERROR, "not-started-over", "error", strerror(errno), NULL);
	_exit(EX_OSERR);
}
