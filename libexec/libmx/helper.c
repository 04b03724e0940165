/* SPDX-License-Identifier: ISC */
#include "helper.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_MS = 1000, MESSAGE_FD = 3 };

static int spawn(pid_t *, const char *path, char *name, const int fd[2]);
static int set_descriptors(posix_spawn_file_actions_t *, const int fd[2]);
static int set_signals(posix_spawnattr_t *);
static void wait_or_kill(pid_t);

int
helper_start(
    struct helper *h, const char *libexec, const char *name, int message)
{
	char path[PATH_MAX], argv0[NAME_MAX + 1];
	int sv[2], error = ENAMETOOLONG;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) == -1)
		return -1;
	snprintf(argv0, sizeof argv0, "%s", name);
	if (snprintf(path, sizeof path, "%s/%s", libexec, name) <
	    (int)sizeof path)
		error =
		    spawn(&h->pid, path, argv0, (const int[]){sv[1], message});
	close(sv[1]);
	if (error != 0) {
		close(sv[0]);
		errno = error;
		return -1;
	}
	h->fd = sv[0];
	pairs_in_init(&h->in, h->fd);
	return 0;
}

int
helper_connect(struct helper *h, const char *path)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int error;

	if (strlcpy(un.sun_path, path, sizeof un.sun_path) >=
	    sizeof un.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if ((h->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		return -1;
	if (connect(h->fd, (struct sockaddr *)&un, sizeof un) == -1) {
		error = errno;
		close(h->fd);
		errno = error;
		return -1;
	}
	h->pid = -1;
	pairs_in_init(&h->in, h->fd);
	return 0;
}

int
helper_ask(struct helper *h, struct pairs *p, int64_t deadline)
{
	if (pairs_send(p, h->fd, -1, deadline) == 0)
		return 0;
	helper_end(h, false);
	return -1;
}

void
helper_end(struct helper *h, bool wait)
{
	int error = errno;

	if (!wait && h->pid != -1)
		kill(h->pid, SIGKILL);
	close(h->fd);
	if (h->pid != -1)
		wait_or_kill(h->pid);
	errno = error;
}

/* 0, or what is wrong, as posix_spawn(3) returns it. */
static int
spawn(pid_t *pid, const char *path, char *name, const int fd[2])
{
	char *argv[] = {name, NULL}, *envp[] = {NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int error;

	if ((error = posix_spawn_file_actions_init(&files)) != 0)
		return error;
	if ((error = posix_spawnattr_init(&attr)) != 0) {
		posix_spawn_file_actions_destroy(&files);
		return error;
	}
	if ((error = set_descriptors(&files, fd)) == 0 &&
	    (error = set_signals(&attr)) == 0)
		error = posix_spawn(pid, path, &files, &attr, argv, envp);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return error;
}

/* The socket as 0 and 1, fd 2 as it is, the message, and nothing else. */
static int
set_descriptors(posix_spawn_file_actions_t *files, const int fd[2])
{
	int first = fd[1] == -1 ? MESSAGE_FD : MESSAGE_FD + 1;
	int error = posix_spawn_file_actions_adddup2(files, fd[0], 0);

	if (error == 0)
		error = posix_spawn_file_actions_adddup2(files, 0, 1);
	if (error == 0 && fd[1] != -1)
		error =
		    posix_spawn_file_actions_adddup2(files, fd[1], MESSAGE_FD);
	if (error == 0)
		error = posix_spawn_file_actions_addclosefrom_np(files, first);
	return error;
}

/* What the caller ignores or blocks is not the helper's business. */
static int
set_signals(posix_spawnattr_t *attr)
{
	sigset_t all, none;
	int error;

	sigfillset(&all);
	sigemptyset(&none);
	error = posix_spawnattr_setsigdefault(attr, &all);
	if (error == 0)
		error = posix_spawnattr_setsigmask(attr, &none);
	if (error == 0)
		error = posix_spawnattr_setflags(
		    attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	return error;
}

static void
wait_or_kill(pid_t pid)
{
	struct pollfd p = {.fd = pidfd_open(pid, 0), .events = POLLIN};
	int n = 0;

	if (p.fd != -1) {
		n = poll(&p, 1, EXIT_MS);
		close(p.fd);
	}
	if (n != 1)
		kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		continue;
}
