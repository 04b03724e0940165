/* SPDX-License-Identifier: ISC */
/*
 * nocall.so: a call that fails once, for LD_PRELOAD.
 *
 *	NOCALL_AT=N	the N-th call of the process, or of a child that goes on
 *			counting, fails; those of memory among them, as far as
 *			the program asks for it itself: libseccomp may loop for
 *			ever without
 *	NOCALL_FILE=F	its first octet is "1" then; it is there before
 *	NOCALL_ERROR=E	the errno, a number
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

static long left;   /* 0: not armed, or it has happened */
static bool paused; /* calls do not count */
static int error = EIO;
static char *hit;		       /* shared with the file */
static uintptr_t program, program_end; /* where it is */

static void arm(void) __attribute__((constructor));
static int is_due(void);
static int is_ours(uintptr_t);
static void find_program(void);
static long number(const char *name);

#define CALL(type, name, parameters, ...)                          \
	type name parameters;                                      \
	type name parameters                                       \
	{                                                          \
		return is_due() ? -1 : (type)syscall(__VA_ARGS__); \
	}
#define OPEN(name)                                                           \
	int name(const char *path, int flags, ...);                          \
	int name(const char *path, int flags, ...)                           \
	{                                                                    \
		mode_t mode;                                                 \
		va_list ap;                                                  \
                                                                             \
		va_start(ap, flags);                                         \
		mode = va_arg(ap, mode_t);                                   \
		va_end(ap);                                                  \
		return is_due()                                              \
		    ? -1                                                     \
		    : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode); \
	}

OPEN(open)
OPEN(open64)
CALL(int, __open_2, (const char *path, int flags), SYS_openat, AT_FDCWD, path,
    flags, 0)
CALL(int, __openat_2, (int dir, const char *path, int flags), SYS_openat, dir,
    path, flags, 0)
CALL(ssize_t, read, (int fd, void *to, size_t n), SYS_read, fd, to, n)
CALL(ssize_t, write, (int fd, const void *from, size_t n), SYS_write, fd, from,
    n)
CALL(ssize_t, pread, (int fd, void *to, size_t n, off_t at), SYS_pread64, fd,
    to, n, at)
CALL(ssize_t, pread64, (int fd, void *to, size_t n, off_t at), SYS_pread64, fd,
    to, n, at)
CALL(ssize_t, pwrite, (int fd, const void *from, size_t n, off_t at),
    SYS_pwrite64, fd, from, n, at)
CALL(ssize_t, pwrite64, (int fd, const void *from, size_t n, off_t at),
    SYS_pwrite64, fd, from, n, at)
CALL(off_t, lseek, (int fd, off_t at, int from), SYS_lseek, fd, at, from)
CALL(int, fstat, (int fd, struct stat *st), SYS_newfstatat, fd, "", st,
    AT_EMPTY_PATH)
CALL(int, fstatat, (int dir, const char *path, struct stat *st, int flags),
    SYS_newfstatat, dir, path, st, flags)
CALL(int, stat, (const char *path, struct stat *st), SYS_newfstatat, AT_FDCWD,
    path, st, 0)
CALL(int, fsync, (int fd), SYS_fsync, fd)
CALL(int, fdatasync, (int fd), SYS_fdatasync, fd)
CALL(int, ftruncate, (int fd, off_t n), SYS_ftruncate, fd, n)
CALL(int, linkat,
    (int dir, const char *path, int to, const char *name, int flags),
    SYS_linkat, dir, path, to, name, flags)
CALL(int, unlinkat, (int dir, const char *path, int flags), SYS_unlinkat, dir,
    path, flags)
CALL(int, mkdirat, (int dir, const char *path, mode_t mode), SYS_mkdirat, dir,
    path, mode)
CALL(int, renameat, (int dir, const char *path, int to, const char *name),
    SYS_renameat2, dir, path, to, name, 0)
CALL(int, flock, (int fd, int how), SYS_flock, fd, how)
CALL(int, futimens, (int fd, const struct timespec times[2]), SYS_utimensat, fd,
    NULL, times, 0)
CALL(int, socket, (int family, int type, int protocol), SYS_socket, family,
    type, protocol)
CALL(int, socketpair, (int family, int type, int protocol, int fd[2]),
    SYS_socketpair, family, type, protocol, fd)
CALL(int, bind, (int fd, const struct sockaddr *a, socklen_t n), SYS_bind, fd,
    a, n)
CALL(int, listen, (int fd, int most), SYS_listen, fd, most)
CALL(int, accept4, (int fd, struct sockaddr *a, socklen_t *n, int flags),
    SYS_accept4, fd, a, n, flags)
CALL(int, setsockopt,
    (int fd, int level, int name, const void *value, socklen_t n),
    SYS_setsockopt, fd, level, name, value, n)
CALL(int, getsockopt, (int fd, int level, int name, void *value, socklen_t *n),
    SYS_getsockopt, fd, level, name, value, n)
CALL(int, setrlimit, (__rlimit_resource_t what, const struct rlimit *l),
    SYS_prlimit64, 0, what, l, NULL)
CALL(int, connect, (int fd, const struct sockaddr *a, socklen_t n), SYS_connect,
    fd, a, n)
CALL(ssize_t, send, (int fd, const void *from, size_t n, int flags), SYS_sendto,
    fd, from, n, flags, NULL, 0)
CALL(ssize_t, recv, (int fd, void *to, size_t n, int flags), SYS_recvfrom, fd,
    to, n, flags, NULL, NULL)
CALL(ssize_t, sendmsg, (int fd, const struct msghdr *m, int flags), SYS_sendmsg,
    fd, m, flags)
CALL(ssize_t, recvmsg, (int fd, struct msghdr *m, int flags), SYS_recvmsg, fd,
    m, flags)
CALL(int, poll, (struct pollfd * p, nfds_t n, int ms), SYS_poll, p, n, ms)
CALL(int, pipe2, (int fd[2], int flags), SYS_pipe2, fd, flags)
CALL(int, dup2, (int fd, int to), SYS_dup2, fd, to)
CALL(int, memfd_create, (const char *name, unsigned flags), SYS_memfd_create,
    name, flags)
CALL(ssize_t, getrandom, (void *to, size_t n, unsigned flags), SYS_getrandom,
    to, n, flags)

/* Of the program itself, and not of a library. */
#define IS_OURS() is_ours((uintptr_t)__builtin_return_address(0))

void *
malloc(size_t n)
{
	return IS_OURS() && is_due() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return IS_OURS() && is_due() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *old, size_t n)
{
	return IS_OURS() && is_due() ? NULL : __libc_realloc(old, n);
}

void *
reallocarray(void *old, size_t n, size_t size)
{
	return IS_OURS() && is_due() ? NULL : __libc_realloc(old, n * size);
}

char *
strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy = IS_OURS() && is_due() ? NULL : __libc_malloc(n);

	return copy == NULL ? NULL : memcpy(copy, s, n);
}

static void
arm(void)
{
	const char *file = getenv("NOCALL_FILE");
	int fd = file == NULL
	    ? -1
	    : (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC, 0);

	if (fd == -1)
		return;
	hit = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (hit == MAP_FAILED)
		return;
	if (getenv("NOCALL_ERROR") != NULL)
		error = (int)number("NOCALL_ERROR");
	find_program();
	left = number("NOCALL_AT");
}

/* It is loaded as a whole; its headers are in its first page. */
static void
find_program(void)
{
	const ElfW(Phdr) *h = (const ElfW(Phdr) *)getauxval(AT_PHDR);

	program = (uintptr_t)h & ~(uintptr_t)0xfff;
	for (unsigned long n = getauxval(AT_PHNUM); n > 0; n--, h++) {
		if (h->p_type == PT_LOAD)
			program_end = program + h->p_vaddr + h->p_memsz;
	}
}

static int
is_ours(uintptr_t at)
{
	return at >= program && at < program_end;
}

static long
number(const char *name)
{
	const char *text = getenv(name);

	return text == NULL ? 0 : strtol(text, NULL, 10);
}

/* For who writes down in the midst of it what the program has done. */
void nocall_pause(bool);
void
nocall_pause(bool pause)
{
	paused = pause;
}

static int
is_due(void)
{
	if (paused || left == 0 || --left > 0)
		return 0;
	*hit = '1';
	errno = error;
	return 1;
}
