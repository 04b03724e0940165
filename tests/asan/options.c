/* SPDX-License-Identifier: ISC */
/*
 * Linked into what is built for the sanitizers alone (Makefile).
 *
 * A helper is given no environment, so the options are here: what is found in
 * a program (mx...) goes to a file in REPORTS, which tests/lib.sh looks for at
 * the end of each test.  UBSan's library knows of no such file: its stderr is
 * put there, and the process ends.  A preloaded libfaketime may come before the
 * sanitizer's own library.
 *
 * _exit(2) runs no handlers of exit(3), and leaks are looked for in one: so it
 * is wrapped.  The look needs ptrace(2), and the report a file, neither of
 * which a confined program has: it is left free; a unit test is not.  Who is
 * traced already is not looked at.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REPORT REPORTS "/found"
#define LOG "log_path=" REPORT ":log_exe_name=1:"
#define ASAN                                               \
	"verify_asan_link_order=0:strict_string_checks=1:" \
	"detect_stack_use_after_return=1"
#define UBSAN "print_stacktrace=1"

struct conf;

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
void __ubsan_on_report(void);
int __lsan_is_turned_off(void);
void __lsan_do_leak_check(void);
void __real__exit(int) __attribute__((noreturn));
void __wrap__exit(int) __attribute__((noreturn));
int __real_confine(const struct conf *, int role);
int __wrap_confine(const struct conf *, int role);

static bool is_program(void);

const char *
__asan_default_options(void)
{
	return is_program() ? LOG ASAN : ASAN;
}

const char *
__ubsan_default_options(void)
{
	return UBSAN;
}

void
__ubsan_on_report(void)
{
	char path[256];
	int fd;

	snprintf(path, sizeof path, REPORT ".%s.%d",
	    program_invocation_short_name, (int)getpid());
	if (is_program() &&
	    (fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666)) != -1)
		dup2(fd, STDERR_FILENO);
}

int
__lsan_is_turned_off(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];
	int tracer = 0;

	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		sscanf(line, "TracerPid: %d", &tracer);
	if (f != NULL)
		fclose(f);
	return tracer != 0;
}

void
__wrap__exit(int status)
{
	if (is_program())
		__lsan_do_leak_check();
	__real__exit(status);
}

int
__wrap_confine(const struct conf *c, int role)
{
	return is_program() ? 0 : __real_confine(c, role);
}

/* While the options are read, few of libc's functions can be called, and
 * program_invocation_name is not set.  A unit test may be called like a program
 * that it is about. */
static bool
is_program(void)
{
	static const char units[] = "/unit/";
	char path[4096] = "";
	long n = syscall(SYS_readlink, "/proc/self/exe", path, sizeof path - 2);
	long last = (long)sizeof units - 2, same = 0;

	while (n > 0 && path[n - 1] != '/')
		n--;
	while (same <= last && same < n &&
	    path[n - 1 - same] == units[last - same])
		same++;
	return n > 0 && same <= last && path[n] == 'm' && path[n + 1] == 'x';
}
