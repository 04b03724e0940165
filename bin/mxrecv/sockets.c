/* SPDX-License-Identifier: ISC */
#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"

enum { FIRST_PASSED = 3, SMTP_PORT = 25, BACKLOG = 1024 };

static int bind_to(const struct endpoint *);
static bool is_listening(int);
static unsigned passed(void);
static void take(struct sockets *, int);

const char *
sockets_open(struct sockets *s, const char *address)
{
	struct endpoint at;
	int fd;

	if (s->n == SOCKETS_MAX)
		return "too many addresses";
	if (!endpoint_parse(&at, address, SMTP_PORT))
		return "not an address: want addr, addr:port or [addr]:port";
	if ((fd = bind_to(&at)) == -1)
		return strerror(errno);
	take(s, fd);
	return NULL;
}

void
sockets_inherit(struct sockets *s)
{
	unsigned n = passed();

	for (unsigned i = 0; i < n && s->n < SOCKETS_MAX; i++) {
		if (is_listening(FIRST_PASSED + (int)i))
			take(s, FIRST_PASSED + (int)i);
	}
	if (s->n == 0 && is_listening(STDIN_FILENO)) {
		s->inetd = true;
		take(s, STDIN_FILENO);
	}
}

void
sockets_close(struct sockets *s)
{
	for (unsigned i = 0; i < s->n; i++)
		close(s->fd[i]);
	s->n = 0;
}

static int
bind_to(const struct endpoint *at)
{
	struct sockaddr_storage ss;
	socklen_t len = ip_to_sockaddr(&at->ip, at->port, &ss);
	int fd = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	int saved;

	if (fd == -1)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (ss.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&ss, len) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static bool
is_listening(int fd)
{
	int listening = 0;
	socklen_t len = sizeof listening;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) ==
	    0 &&
	    listening;
}

/* How many descriptors systemd has passed to this process. */
static unsigned
passed(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	const char *wrong;
	unsigned n;

	if (pid == NULL || fds == NULL)
		return 0;
	if (strtonum(pid, 1, INT_MAX, &wrong) != getpid())
		return 0;
	n = (unsigned)strtonum(fds, 1, SOCKETS_MAX, &wrong);
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return wrong == NULL ? n : 0;
}

static void
take(struct sockets *s, int fd)
{
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	s->fd[s->n++] = fd;
}
