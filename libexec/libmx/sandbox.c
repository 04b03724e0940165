/* SPDX-License-Identifier: ISC */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "log.h"

/* A sanitizer's runtime wants memory and calls of its own: the limits are
 * then those that leave it alive. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

enum { DESCRIPTORS = 64, SECONDS = 10, INSTRUCTIONS = 512 };
#define MEMORY ((size_t)256 << 20)

struct sandbox_filter {
	struct sock_fprog program;
	struct sock_filter code[INSTRUCTIONS];
};

static int set_limits(const struct sandbox *);
static int set_limit(int resource, rlim_t);
static void close_files(void);
static scmp_filter_ctx make_filter(const struct sandbox *);
static int load_filter(const struct sandbox *);
static int allow(scmp_filter_ctx, const int *calls, size_t n);
static int allow_sockets(scmp_filter_ctx);

int
sandbox_enter(const struct sandbox *s)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 || set_limits(s) == -1)
		return -1;
	if (SANITIZED)
		return 0;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return -1;
	close_files();
	return load_filter(s);
}

/* By way of a pipe, which has room for it. */
const struct sandbox_filter *
sandbox_prepare(const struct sandbox *s)
{
	struct sandbox_filter *f = calloc(1, sizeof *f);
	scmp_filter_ctx filter = make_filter(s);
	int fd[2] = {-1, -1}, saved;
	ssize_t n = -1;

	if (f != NULL && filter != NULL && pipe2(fd, O_CLOEXEC) == 0 &&
	    seccomp_export_bpf(filter, fd[1]) == 0)
		n = read(fd[0], f->code, sizeof f->code);
	saved = errno;
	if (filter != NULL)
		seccomp_release(filter);
	close(fd[0]);
	close(fd[1]);
	if (n > 0 && (size_t)n < sizeof f->code) {
		f->program.len = (unsigned short)((size_t)n / sizeof *f->code);
		f->program.filter = f->code;
		return f;
	}
	free(f);
	errno = saved;
	return NULL;
}

static int
set_limits(const struct sandbox *s)
{
	size_t memory = s->memory > 0 ? s->memory : MEMORY;

	if (!SANITIZED && set_limit(RLIMIT_AS, memory) == -1)
		return -1;
	if (set_limit(RLIMIT_CPU, s->seconds > 0 ? s->seconds : SECONDS) ==
		-1 ||
	    set_limit(RLIMIT_NOFILE,
		s->descriptors > 0 ? s->descriptors : DESCRIPTORS) == -1 ||
	    set_limit(RLIMIT_CORE, 0) == -1)
		return -1;
	return SANITIZED ? 0 : set_limit(RLIMIT_NPROC, 0);
}

static int
set_limit(int resource, rlim_t most)
{
	struct rlimit l;

	if (getrlimit((__rlimit_resource_t)resource, &l) == -1)
		return -1;
	if (l.rlim_max > most) /* who started us may have allowed less */
		l.rlim_max = most;
	l.rlim_cur = l.rlim_max;
	return setrlimit((__rlimit_resource_t)resource, &l);
}

/* Landlock: no path can be opened any more.  A kernel without it leaves that
 * to seccomp. */
static void
close_files(void)
{
	struct landlock_ruleset_attr all = {
	    .handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE |
		LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
		LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR |
		LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
		LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
		LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
		LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM};
	int fd = (int)syscall(
	    SYS_landlock_create_ruleset, &all, sizeof all.handled_access_fs, 0);

	if (fd == -1 || syscall(SYS_landlock_restrict_self, fd, 0) == -1)
		log_event(
		    LOG_L_DEBUG, "no-landlock", "error", strerror(errno), NULL);
	if (fd != -1)
		close(fd);
}

static int
load_filter(const struct sandbox *s)
{
	scmp_filter_ctx filter;
	int result;

	if (s->filter != NULL)
		return prctl(
		    PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &s->filter->program);
	if ((filter = make_filter(s)) == NULL)
		return -1;
	result = seccomp_load(filter);
	seccomp_release(filter);
	errno = -result;
	return result == 0 ? 0 : -1;
}

/* What is not in the lists kills the process: it has no business there. */
static scmp_filter_ctx
make_filter(const struct sandbox *s)
{
	static const int quiet[] = {SCMP_SYS(open), SCMP_SYS(openat),
	    SCMP_SYS(stat), SCMP_SYS(newfstatat), SCMP_SYS(access),
	    SCMP_SYS(readlink), SCMP_SYS(getuid), SCMP_SYS(geteuid),
	    SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(uname),
	    SCMP_SYS(sysinfo), SCMP_SYS(ioctl)};
	static const int calls[] = {SCMP_SYS(read), SCMP_SYS(pread64),
	    SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(close),
	    SCMP_SYS(fstat), SCMP_SYS(lseek), SCMP_SYS(mmap), SCMP_SYS(mremap),
	    SCMP_SYS(munmap), SCMP_SYS(mprotect), SCMP_SYS(madvise),
	    SCMP_SYS(brk), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select),
	    SCMP_SYS(pselect6), SCMP_SYS(sendto), SCMP_SYS(sendmsg),
	    SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(shutdown),
	    SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(getsockopt),
	    SCMP_SYS(setsockopt), SCMP_SYS(fcntl), SCMP_SYS(clock_gettime),
	    SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	    SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom),
	    SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(futex),
	    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	    SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall), SCMP_SYS(exit),
	    SCMP_SYS(exit_group)};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int result = filter == NULL ? -ENOMEM : 0;

	/* libraries ask for files they can do without */
	for (size_t i = 0; result == 0 && i < sizeof quiet / sizeof *quiet; i++)
		result = seccomp_rule_add(
		    filter, SCMP_ACT_ERRNO(EACCES), quiet[i], 0);
	if (result == 0)
		result = allow(filter, calls, sizeof calls / sizeof *calls);
	if (result == 0)
		result = s->dns
		    ? allow_sockets(filter)
		    : seccomp_rule_add(
			  filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(socket), 0);
	if (result == 0)
		return filter;
	seccomp_release(filter);
	errno = -result;
	return NULL;
}

static int
allow(scmp_filter_ctx filter, const int *calls, size_t n)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < n; i++)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
	return result;
}

/* To resolvers only, as far as a filter can tell: the Internet's sockets. */
static int
allow_sockets(scmp_filter_ctx filter)
{
	static const int calls[] = {SCMP_SYS(connect), SCMP_SYS(bind)};
	static const int families[] = {AF_INET, AF_INET6};
	static const int others[] = {AF_UNIX, AF_NETLINK};
	int result = allow(filter, calls, 2);

	for (int i = 0; result == 0 && i < 2; i++)
		result =
		    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket),
			1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i], 0));
	for (int i = 0; result == 0 && i < 2; i++)
		result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES),
		    SCMP_SYS(socket), 1,
		    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)others[i], 0));
	return result;
}
