/* SPDX-License-Identifier: ISC */
/*
 * ksyscall: runs a command and kills it at its N-th system call, by ptrace(2).
 *
 *	ksyscall [-1flx] [-s string] [-t seconds] N command [argument ...]
 *	ksyscall -c [-fl] [-o file] [-s string] [-t seconds] command ...
 *
 *	-1	kill only the process that makes the call
 *	-c	kill nobody; the number of calls goes to the file, or fd 2
 *	-f	count the calls of children too, and kill all of them
 *	-l	leave out the calls of the dynamic linker
 *	-s	begin to count at the first open of a path with this string
 *	-t	the end of everything, 60 seconds if not given
 *	-x	kill at the call's end, not before it begins
 *
 * Exit status: 137 when the N-th call came, 124 when the time was over, else
 * the command's.  When it exits, nothing it traced is alive.
 */
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <linux/ptrace.h>

enum {
	PROCESSES = 256,
	KILLED = 137,
	LATE = 124,
	PATH_ROOM = 512,
	PIECE = 256
};

struct process {
	pid_t pid;
	uint64_t from, to; /* where its dynamic linker's code is */
};

struct trace {
	bool one, count, follow, no_linker, at_exit;
	const char *start; /* NULL once it was seen */
	unsigned long n, seen;
	unsigned seconds;
	pid_t first;
	int status;  /* of the first */
	bool killed; /* the N-th call came */
	pid_t due;   /* is to be killed when its call ends */
	struct process process[PROCESSES];
};

static volatile sig_atomic_t over;

static void options(struct trace *, int, char **, FILE **);
static pid_t start(char **);
static void set_clock(unsigned);
static void run(struct trace *);
static void stopped(struct trace *, pid_t, int);
static void syscall_stop(struct trace *, struct process *);
static bool counts(
    struct trace *, struct process *, const struct ptrace_syscall_info *);
static bool opens(struct trace *, pid_t, const struct ptrace_syscall_info *);
static void read_text(pid_t, uint64_t, char[PATH_ROOM + 1]);
static void kill_now(struct trace *, pid_t);
static void kill_all(struct trace *);
static struct process *find(struct trace *, pid_t);
static void find_linker(struct process *);
static void on_alarm(int);
static void usage(void) __attribute__((noreturn));

int
main(int argc, char **argv)
{
	static struct trace t = {.seconds = 60};
	FILE *out = stderr;

	options(&t, argc, argv, &out);
	argv += optind + !t.count;
	t.first = start(argv);
	set_clock(t.seconds);
	/* the command's peer sees its end when it ends */
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	run(&t);
	if (over)
		return LATE;
	if (t.count && (fprintf(out, "%lu\n", t.seen) < 0 || fflush(out) != 0))
		err(EX_IOERR, "count");
	if (t.killed)
		return KILLED;
	return WIFEXITED(t.status) ? WEXITSTATUS(t.status)
				   : 128 + WTERMSIG(t.status);
}

static void
options(struct trace *t, int argc, char **argv, FILE **out)
{
	const char *wrong;
	int c;

	while ((c = getopt(argc, argv, "+1cflo:s:t:x")) != -1) {
		if (c == '1')
			t->one = true;
		else if (c == 'c')
			t->count = true;
		else if (c == 'f')
			t->follow = true;
		else if (c == 'l')
			t->no_linker = true;
		else if (c == 'x')
			t->at_exit = true;
		else if (c == 's')
			t->start = optarg;
		else if (c == 't')
			t->seconds =
			    (unsigned)strtonum(optarg, 1, 86400, &wrong);
		else if (c != 'o')
			usage();
		else if ((*out = fopen(optarg, "we")) == NULL)
			err(EX_CANTCREAT, "%s", optarg);
	}
	if (argc - optind < 2 - t->count)
		usage();
	if (!t->count) {
		t->n =
		    (unsigned long)strtonum(argv[optind], 1, INT_MAX, &wrong);
		if (wrong != NULL)
			errx(EX_USAGE, "%s: %s", argv[optind], wrong);
	}
}

/* The command, stopped before its exec. */
static pid_t
start(char **argv)
{
	pid_t pid = fork();

	if (pid == -1)
		err(EX_OSERR, "fork");
	if (pid > 0)
		return pid;
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1 || raise(SIGSTOP) != 0)
		err(EX_OSERR, "ptrace");
	execvp(argv[0], argv);
	err(EX_UNAVAILABLE, "%s", argv[0]);
}

/* Again and again, should the first come just before a wait begins. */
static void
set_clock(unsigned seconds)
{
	struct sigaction action = {.sa_handler = on_alarm};
	struct sigevent event = {
	    .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	struct itimerspec when = {
	    .it_value.tv_sec = seconds, .it_interval.tv_sec = 1};
	timer_t timer;

	if (sigaction(SIGALRM, &action, NULL) == -1 ||
	    timer_create(CLOCK_MONOTONIC, &event, &timer) == -1 ||
	    timer_settime(timer, 0, &when, NULL) == -1)
		err(EX_OSERR, "timer");
}

/* Until no child is left. */
static void
run(struct trace *t)
{
	long set =
	    PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC;
	int status;
	pid_t pid;

	if (t->follow)
		set |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
		    PTRACE_O_TRACECLONE;
	if (waitpid(t->first, &status, 0) == -1 || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, t->first, NULL, set) == -1 ||
	    ptrace(PTRACE_SYSCALL, t->first, NULL, NULL) == -1)
		err(EX_OSERR, "ptrace");
	find(t, t->first);
	while ((pid = waitpid(-1, &status, __WALL)) != -1 || errno == EINTR) {
		if (over)
			kill_all(t);
		if (pid == -1)
			continue;
		if (WIFSTOPPED(status)) {
			stopped(t, pid, status);
			continue;
		}
		if (pid == t->first)
			t->status = status;
		find(t, pid)->pid = 0;
	}
}

static void
stopped(struct trace *t, pid_t pid, int status)
{
	struct process *p = find(t, pid);
	int signal = WSTOPSIG(status), event = status >> 16, deliver = 0;

	if (signal == (SIGTRAP | 0x80))
		syscall_stop(t, p);
	else if (event == PTRACE_EVENT_EXEC)
		find_linker(p);
	else if (event == 0 && signal != SIGSTOP && signal != SIGTRAP)
		deliver = signal;
	/* ESRCH: it was killed */
	if (ptrace(PTRACE_SYSCALL, pid, NULL, (long)deliver) == -1 &&
	    errno != ESRCH)
		err(EX_OSERR, "ptrace");
}

static void
syscall_stop(struct trace *t, struct process *p)
{
	struct ptrace_syscall_info info;

	if (t->due == p->pid) {
		t->due = 0;
		kill_now(t, p->pid);
		return;
	}
	if (ptrace(PTRACE_GET_SYSCALL_INFO, p->pid, sizeof info, &info) == -1 ||
	    info.op != PTRACE_SYSCALL_INFO_ENTRY || !counts(t, p, &info))
		return;
	if (++t->seen != t->n)
		return;
	if (t->at_exit && info.entry.nr != SYS_exit_group)
		t->due = p->pid;
	else
		kill_now(t, p->pid);
}

static bool
counts(
    struct trace *t, struct process *p, const struct ptrace_syscall_info *info)
{
	if (t->start != NULL && !opens(t, p->pid, info))
		return false;
	t->start = NULL;
	return !t->no_linker || info->instruction_pointer < p->from ||
	    info->instruction_pointer >= p->to;
}

static bool
opens(struct trace *t, pid_t pid, const struct ptrace_syscall_info *info)
{
	char path[PATH_ROOM + 1] = "";
	uint64_t at;

	if (info->entry.nr == SYS_openat)
		at = info->entry.args[1];
#ifdef SYS_open
	else if (info->entry.nr == SYS_open)
		at = info->entry.args[0];
#endif
	else
		return false;
	read_text(pid, at, path);
	return strstr(path, t->start) != NULL;
}

/* Piece by piece, for the page behind the text may not be there. */
static void
read_text(pid_t pid, uint64_t at, char text[PATH_ROOM + 1])
{
	size_t used = 0;

	while (used < PATH_ROOM && memchr(text, '\0', used) == NULL) {
		size_t piece = PIECE - (size_t)((at + used) % PIECE);
		struct iovec here = {text + used, piece}, there;

		if (piece > PATH_ROOM - used)
			here.iov_len = PATH_ROOM - used;
		there.iov_base = (void *)(uintptr_t)(at + used);
		there.iov_len = here.iov_len;
		if (process_vm_readv(pid, &here, 1, &there, 1, 0) <= 0)
			break;
		used += here.iov_len;
	}
	text[used] = '\0';
}

static void
kill_now(struct trace *t, pid_t pid)
{
	t->killed = true;
	if (t->one)
		kill(pid, SIGKILL);
	else
		kill_all(t);
}

static void
kill_all(struct trace *t)
{
	for (int i = 0; i < PROCESSES; i++) {
		if (t->process[i].pid != 0)
			kill(t->process[i].pid, SIGKILL);
	}
}

/* PID's entry, made if need be. */
static struct process *
find(struct trace *t, pid_t pid)
{
	struct process *free_one = NULL;

	for (int i = 0; i < PROCESSES; i++) {
		struct process *p = &t->process[i];

		if (p->pid == pid)
			return p;
		if (p->pid == 0 && free_one == NULL)
			free_one = p;
	}
	if (free_one == NULL)
		errx(EX_SOFTWARE, "too many processes");
	*free_one = (struct process){.pid = pid};
	if (t->killed && !t->one)
		kill(pid, SIGKILL); /* born while the others died */
	find_linker(free_one);
	return free_one;
}

static void
find_linker(struct process *p)
{
	char path[64], line[PATH_MAX + 128];
	unsigned long from, to;
	FILE *f;

	p->from = UINT64_MAX;
	p->to = 0;
	snprintf(path, sizeof path, "/proc/%d/maps", (int)p->pid);
	if ((f = fopen(path, "re")) == NULL)
		return;
	while (fgets(line, sizeof line, f) != NULL) {
		char *end;

		if (strstr(line, "/ld-") == NULL)
			continue;
		from = strtoul(line, &end, 16);
		to = strtoul(end + 1, NULL, 16);
		if (from < p->from)
			p->from = from;
		if (to > p->to)
			p->to = to;
	}
	fclose(f);
}

static void
on_alarm(int signal)
{
	(void)signal;
	over = 1;
}

static void
usage(void)
{
	fprintf(stderr,
	    "usage: ksyscall [-1flx] [-s string] [-t seconds] N command ...\n"
	    "       ksyscall -c [-fl] [-o file] [-s string] [-t seconds] "
	    "command ...\n");
	exit(EX_USAGE);
}
