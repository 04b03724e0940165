/* SPDX-License-Identifier: ISC */
/*
 * Calls that fail when a unit test wants it: the linker finds them before
 * libc's.
 */
#ifndef FAILING_H
#define FAILING_H

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
	int error; /* ENOMEM: memory runs out, too */
	int at;	   /* the call that goes wrong; 0: none */
	int calls; /* so far */
} fault;
/* Of memory, that nobody has freed. */
__attribute__((unused)) static long blocks;

static bool
fails(void)
{
	if (fault.at == 0 || ++fault.calls != fault.at)
		return false;
	errno = fault.error;
	return true;
}

#define CALL(type, name, parameters, ...)                         \
	type name parameters                                      \
	{                                                         \
		return fails() ? -1 : (type)syscall(__VA_ARGS__); \
	}

CALL(int, socketpair, (int family, int type, int protocol, int fd[2]),
    SYS_socketpair, family, type, protocol, fd)
CALL(int, socket, (int family, int type, int protocol), SYS_socket, family,
    type, protocol)
CALL(int, connect, (int fd, const struct sockaddr *a, socklen_t n), SYS_connect,
    fd, a, n)
CALL(int, pipe2, (int fd[2], int flags), SYS_pipe2, fd, flags)
CALL(int, poll, (struct pollfd * p, nfds_t n, int ms), SYS_poll, p, n, ms)
CALL(ssize_t, sendmsg, (int fd, const struct msghdr *m, int flags), SYS_sendmsg,
    fd, m, flags)
CALL(ssize_t, recvmsg, (int fd, struct msghdr *m, int flags), SYS_recvmsg, fd,
    m, flags)
CALL(ssize_t, recv, (int fd, void *to, size_t n, int flags), SYS_recvfrom, fd,
    to, n, flags, NULL, NULL)
CALL(ssize_t, pread, (int fd, void *to, size_t n, off_t at), SYS_pread64, fd,
    to, n, at)
CALL(ssize_t, getrandom, (void *to, size_t n, unsigned flags), SYS_getrandom,
    to, n, flags)
CALL(int, getrlimit, (__rlimit_resource_t what, struct rlimit *l),
    SYS_prlimit64, 0, what, NULL, l)
CALL(int, setrlimit, (__rlimit_resource_t what, const struct rlimit *l),
    SYS_prlimit64, 0, what, l, NULL)

/* Of a child it can only be said that one was interrupted. */
pid_t
waitpid(pid_t pid, int *status, int flags)
{
	if (fault.error == EINTR && fails())
		return -1;
	return (pid_t)syscall(SYS_wait4, pid, status, flags, NULL);
}

#ifndef __SANITIZE_ADDRESS__ /* which has an allocator of its own */
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void __libc_free(void *);

static bool
is_out(void)
{
	return fault.error == ENOMEM && fails();
}

static void *
counted(void *p)
{
	blocks += p != NULL;
	return p;
}

void *
malloc(size_t n)
{
	return is_out() ? NULL : counted(__libc_malloc(n));
}

void *
calloc(size_t n, size_t size)
{
	return is_out() ? NULL : counted(__libc_calloc(n, size));
}

void *
realloc(void *old, size_t n)
{
	if (is_out())
		return NULL;
	return old == NULL ? counted(__libc_malloc(n)) : __libc_realloc(old, n);
}

void
free(void *p)
{
	blocks -= p != NULL;
	__libc_free(p);
}
#endif

#endif
