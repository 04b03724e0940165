/* SPDX-License-Identifier: ISC */
/*
 * What a command costs, for benchmarks:
 *
 *	cost COMMAND [ARGUMENT...]
 *
 * Prints milliseconds, those of CPU, and the most memory it had in KiB.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

static double milliseconds(struct timeval);

int
main(int argc, char *argv[])
{
	struct timespec began, ended;
	struct rusage used;
	pid_t pid;
	int status;

	if (argc < 2)
		errx(EX_USAGE, "cost COMMAND [ARGUMENT...]");
	clock_gettime(CLOCK_MONOTONIC, &began);
	if ((pid = fork()) == 0) {
		dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
		execv(argv[1], argv + 1);
		err(EX_OSERR, "%s", argv[1]);
	}
	if (wait4(pid, &status, 0, &used) == -1)
		err(EX_OSERR, NULL);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	if (status != 0)
		errx(EX_SOFTWARE, "%s: status %d", argv[1], status);
	printf("%.1f %.1f %ld\n",
	    (double)(ended.tv_sec - began.tv_sec) * 1e3 +
		(double)(ended.tv_nsec - began.tv_nsec) / 1e6,
	    milliseconds(used.ru_utime) + milliseconds(used.ru_stime),
	    used.ru_maxrss);
	return EX_OK;
}

static double
milliseconds(struct timeval t)
{
	return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}
