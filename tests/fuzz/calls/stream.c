/* SPDX-License-Identifier: ISC */
/* Linked with -Wl,--wrap for each of these calls. */
#include "stream.h"

#include <assert.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum { ROOM = 1 << 20 };

ssize_t __wrap_recvmsg(int, struct msghdr *, int);
ssize_t __wrap_recv(int, void *, size_t, int);
ssize_t __wrap_sendmsg(int, const struct msghdr *, int);
ssize_t __wrap_send(int, const void *, size_t, int);
int __wrap_poll(struct pollfd *, nfds_t, int);
int __wrap_shutdown(int, int);
int __real_close(int);
int __wrap_close(int);
int __real_fstat(int, struct stat *);
int __wrap_fstat(int, struct stat *);

static char written[2][ROOM];
static size_t length;
static int side;

static struct {
	const char *at;
	size_t left, file;
	bool passes;
} in;

void
stream_set(const void *octets, size_t n)
{
	in.at = octets;
	in.left = n;
	in.passes = false;
	length = 0;
}

void
stream_turn(void)
{
	const char *octets = written[side];

	side = !side;
	stream_set(octets, length);
}

void
stream_pass(size_t n)
{
	in.passes = true;
	in.file = n;
}

static size_t
take(void *out, size_t n, bool look)
{
	n = n < in.left ? n : in.left;
	memcpy(out, in.at, n);
	if (!look) {
		in.at += n;
		in.left -= n;
	}
	return n;
}

static void
keep(const void *octets, size_t n)
{
	assert(n <= ROOM - length);
	memcpy(written[side] + length, octets, n);
	length += n;
}

ssize_t
__wrap_recvmsg(int fd, struct msghdr *m, int flags)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	const int passed = STREAM_PASSED;

	assert(fd == STREAM && (flags & MSG_PEEK) == 0 && m->msg_iovlen == 1);
	m->msg_controllen = 0;
	if (in.passes && in.left > 0) {
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = m->msg_controllen = CMSG_LEN(sizeof passed);
		memcpy(CMSG_DATA(c), &passed, sizeof passed);
		in.passes = false;
	}
	return (ssize_t)take(m->msg_iov->iov_base, m->msg_iov->iov_len, false);
}

ssize_t
__wrap_recv(int fd, void *out, size_t n, int flags)
{
	assert(fd == STREAM);
	return (ssize_t)take(out, n, (flags & MSG_PEEK) != 0);
}

ssize_t
__wrap_sendmsg(int fd, const struct msghdr *m, int flags)
{
	assert(fd == STREAM && (flags & MSG_NOSIGNAL) != 0);
	assert(m->msg_iovlen == 1);
	keep(m->msg_iov->iov_base, m->msg_iov->iov_len);
	return (ssize_t)m->msg_iov->iov_len;
}

ssize_t
__wrap_send(int fd, const void *octets, size_t n, int flags)
{
	assert(fd == STREAM && (flags & MSG_NOSIGNAL) != 0);
	keep(octets, n);
	return (ssize_t)n;
}

int
__wrap_poll(struct pollfd *p, nfds_t n, int ms)
{
	assert(n == 1 && p->fd == STREAM && ms > 0);
	p->revents = p->events;
	return 1;
}

int
__wrap_shutdown(int fd, int how)
{
	assert(fd == STREAM && how == SHUT_WR);
	return 0;
}

int
__wrap_close(int fd)
{
	return fd == STREAM_PASSED ? 0 : __real_close(fd);
}

int
__wrap_fstat(int fd, struct stat *st)
{
	if (fd != STREAM_PASSED)
		return __real_fstat(fd, st);
	*st = (struct stat){
	    .st_mode = S_IFREG | S_IRUSR, .st_size = (off_t)in.file};
	return 0;
}
