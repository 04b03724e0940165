/* SPDX-License-Identifier: ISC */
/*
 * Linked into coverage builds alone (Makefile): the counters of a process are
 * written where nothing would write them.
 *
 * _exit(2) runs no handlers of exit(3), so it is wrapped.  After seccomp(2) or
 * Landlock no file can be opened any more: a program (mx...) leaves out that
 * one step, a unit test writes before it and takes it.  SIGTERM's default is an
 * end like another, and what a program kills hears that first.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

void __gcov_dump(void);
void __gcov_reset(void);
void __real__exit(int) __attribute__((noreturn));
void __wrap__exit(int) __attribute__((noreturn));
long __real_syscall(long, ...);
long __wrap_syscall(long, ...);
int __real_kill(pid_t, int);
int __wrap_kill(pid_t, int);
int __real_prctl(int, ...);
int __wrap_prctl(int, ...);
int __real_seccomp_load(void *) __attribute__((weak));
int __wrap_seccomp_load(void *);
void nocall_pause(bool) __attribute__((weak)); /* nocall.so's, if it is there */

enum { LAST_MS = 10000 };

static bool closed;		      /* whoever opens a file now is killed */
static volatile sig_atomic_t writing; /* it is not begun twice */

static void flush(void);
static void begin_end(void);
static bool confines(void);
static bool is_program(void);
static void on_term(int);

/* Nothing of exit(3) is run twice: what was written counts from naught. */
static void
flush(void)
{
	if (closed)
		return;
	begin_end();
	__gcov_dump();
	__gcov_reset();
	if (nocall_pause != NULL)
		nocall_pause(false);
	writing = 0;
}

/* Counters are written behind the handlers of exit(3). */
static void
begin_end(void)
{
	writing = 1;
	if (nocall_pause != NULL)
		nocall_pause(true);
}

/* Whether this step is taken; then exit(3) has nothing left to write. */
static bool
confines(void)
{
	flush();
	if (is_program())
		return false;
	if (!closed)
		__gcov_dump();
	closed = true;
	return true;
}

static bool
is_program(void)
{
	return strncmp(program_invocation_short_name, "mx", 2) == 0;
}

void
__wrap__exit(int status)
{
	flush();
	__real__exit(status);
}

int
__wrap_seccomp_load(void *filter)
{
	return confines() ? __real_seccomp_load(filter) : 0;
}

/* A filter that sandbox_prepare() made comes in this way; and nobody is killed
 * with its parent. */
int
__wrap_prctl(int option, ...)
{
	unsigned long a[4];
	va_list ap;

	va_start(ap, option);
	for (unsigned i = 0; i < sizeof a / sizeof *a; i++)
		a[i] = va_arg(ap, unsigned long);
	va_end(ap);
	if (option == PR_SET_PDEATHSIG ||
	    (option == PR_SET_SECCOMP && !confines()))
		return 0;
	return __real_prctl(option, a[0], a[1], a[2], a[3]);
}

int
__wrap_kill(pid_t pid, int number)
{
	struct pollfd p = {.fd = -1, .events = POLLIN};

	if (number == SIGKILL && pid > 0)
		p.fd = (int)__real_syscall(SYS_pidfd_open, pid, 0);
	if (p.fd != -1) {
		__real_kill(pid, SIGTERM);
		poll(&p, 1, LAST_MS);
		close(p.fd);
	}
	return __real_kill(pid, number);
}

long
__wrap_syscall(long number, ...)
{
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (unsigned i = 0; i < sizeof a / sizeof *a; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_landlock_restrict_self && !confines())
		return 0;
	return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

__attribute__((constructor)) static void
catch_term(void)
{
	signal(SIGTERM, on_term);
	atexit(begin_end);
}

/* As if it had died of it; who is about to end does so. */
static void
on_term(int number)
{
	if (writing)
		return;
	signal(number, SIG_DFL);
	flush();
	raise(number);
}
