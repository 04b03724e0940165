/* SPDX-License-Identifier: ISC */
/* SEQPACKET: an end that is closed reads as such, whoever else has died. */
#include "standby.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "leave.h"
#include "wire.h"

enum { STEP = 16, DAY_MS = 24 * 3600 * 1000 };

union control { /* of a message with one descriptor */
	struct cmsghdr header;
	char octets[CMSG_SPACE(sizeof(int))];
};

static struct standby_child *latest(struct standby *);
static bool send_descriptor(int to, int fd);
static int receive_descriptor(int from);
static void drop(struct standby *, struct standby_child *);

int
standby_init(struct standby *s)
{
	*s = (struct standby){.watch = epoll_create1(EPOLL_CLOEXEC)};
	return s->watch == -1 ? -1 : 0;
}

void
standby_free(struct standby *s)
{
	for (unsigned i = 0; i < s->n; i++)
		close(s->child[i].fd);
	free(s->child);
	if (s->watch != -1)
		close(s->watch);
	*s = (struct standby){.watch = -1};
}

int
standby_socket(int ends[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

void
standby_add(struct standby *s, pid_t pid, int fd, unsigned left)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	if (s->n == s->room) {
		struct standby_child *more =
		    reallocarray(s->child, s->room + STEP, sizeof *s->child);

		if (more != NULL) {
			s->child = more;
			s->room += STEP;
		}
	}
	if (pid == -1 || s->n == s->room ||
	    epoll_ctl(s->watch, EPOLL_CTL_ADD, fd, &event) == -1)
		close(fd);
	else
		s->child[s->n++] = (struct standby_child){
		    .pid = pid, .fd = fd, .age = s->age, .left = left};
}

pid_t
standby_hand(struct standby *s, int connection)
{
	struct standby_child *c;

	while ((c = latest(s)) != NULL) {
		if (!send_descriptor(c->fd, connection)) {
			drop(s, c); /* it was killed */
			continue;
		}
		c->waits = false;
		c->left--;
		s->waiting--;
		return c->pid;
	}
	return 0;
}

pid_t
standby_heard(struct standby *s)
{
	struct epoll_event event;

	while (epoll_wait(s->watch, &event, 1, 0) == 1) {
		struct standby_child *c = s->child;
		char octet;
		pid_t pid;

		while (c->fd != event.data.fd)
			c++;
		pid = c->pid;
		if (recv(c->fd, &octet, 1, MSG_DONTWAIT) != 1 || c->waits) {
			drop(s, c);
			continue;
		}
		c->waits = true;
		c->since = wire_now();
		s->waiting++;
		if (c->left == 0 || c->age != s->age)
			drop(s, c);
		return pid;
	}
	return 0;
}

void
standby_remove(struct standby *s, pid_t pid)
{
	for (unsigned i = 0; i < s->n; i++) {
		if (s->child[i].pid == pid) {
			drop(s, &s->child[i]);
			return;
		}
	}
}

void
standby_dismiss(struct standby *s, int64_t ms)
{
	int64_t until = wire_now() - ms;

	for (unsigned i = s->n; i-- > 0;) {
		if (s->child[i].waits && s->child[i].since <= until)
			drop(s, &s->child[i]);
	}
}

void
standby_renew(struct standby *s)
{
	s->age++;
	standby_dismiss(s, 0);
}

int
standby_next(int fd)
{
	if (fd == -1 || send(fd, "", 1, MSG_NOSIGNAL) != 1 ||
	    leave_wait(fd, wire_now() + DAY_MS))
		return -1;
	return receive_descriptor(fd);
}

/* Its memory is the warmest; who is not needed gets old. */
static struct standby_child *
latest(struct standby *s)
{
	struct standby_child *found = NULL;

	for (unsigned i = 0; s->waiting > 0 && i < s->n; i++) {
		struct standby_child *c = &s->child[i];

		if (c->waits && (found == NULL || c->since > found->since))
			found = c;
	}
	return found;
}

static bool
send_descriptor(int to, int fd)
{
	union control control = {.octets = {0}};
	char octet = 0;
	struct iovec iov = {&octet, 1};
	struct msghdr message = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof control};
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	return sendmsg(to, &message, MSG_DONTWAIT | MSG_NOSIGNAL) == 1;
}

static int
receive_descriptor(int from)
{
	union control control;
	char octet;
	struct iovec iov = {&octet, 1};
	struct msghdr message = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof control};
	struct cmsghdr *c;
	int fd;

	if (recvmsg(from, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != 1 ||
	    (c = CMSG_FIRSTHDR(&message)) == NULL ||
	    c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(sizeof fd))
		return -1;
	memcpy(&fd, CMSG_DATA(c), sizeof fd);
	return fd;
}

static void
drop(struct standby *s, struct standby_child *c)
{
	/* others may have a copy, and then it would go on being watched */
	epoll_ctl(s->watch, EPOLL_CTL_DEL, c->fd, NULL);
	close(c->fd);
	s->waiting -= c->waits;
	*c = s->child[--s->n];
}
