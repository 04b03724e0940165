/* SPDX-License-Identifier: ISC */
/*
 * What the file system takes at best: processes that do for each file no more
 * than a message needs to be safe.
 *
 *	syncfloor DIRECTORY PROCESSES SECONDS
 *
 * Each file of 4 KB is created without a name, written, synced, linked, and its
 * directory synced.  Prints files a second.
 */
#include <err.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 4096, PROCESSES = 1000, LONG = 60 };

static void work(int dir, unsigned process, double until, atomic_uint *files);
static void make_file(int dir, const char *name);
static double seconds(void);

int
main(int argc, char *argv[])
{
	atomic_uint *files = mmap(NULL, sizeof *files, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double began = seconds(), until;
	unsigned processes;
	int dir;

	if (argc != 4)
		errx(EX_USAGE, "syncfloor DIRECTORY PROCESSES SECONDS");
	processes = (unsigned)strtonum(argv[2], 1, PROCESSES, NULL);
	until = began + (double)strtonum(argv[3], 1, LONG, NULL);
	dir = open(argv[1], O_RDONLY | O_DIRECTORY);
	if (dir == -1 || files == MAP_FAILED)
		err(EX_OSERR, "%s", argv[1]);
	for (unsigned i = 0; i < processes; i++) {
		if (fork() == 0) {
			work(dir, i, until, files);
			_exit(EX_OK);
		}
	}
	while (wait(NULL) != -1)
		continue;
	printf("%.1f\n", *files / (seconds() - began));
	return EX_OK;
}

static void
work(int dir, unsigned process, double until, atomic_uint *files)
{
	char name[32];

	for (unsigned i = 0; seconds() < until; i++) {
		snprintf(name, sizeof name, "%u.%u", process, i);
		make_file(dir, name);
		atomic_fetch_add(files, 1);
	}
}

static void
make_file(int dir, const char *name)
{
	static const char octets[SIZE] = {'x'};
	char path[40];
	int fd = openat(dir, ".", O_TMPFILE | O_WRONLY, 0600);

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (fd == -1 || write(fd, octets, sizeof octets) != SIZE ||
	    fsync(fd) == -1 ||
	    linkat(AT_FDCWD, path, dir, name, AT_SYMLINK_FOLLOW) == -1 ||
	    close(fd) == -1 || fsync(dir) == -1)
		err(EX_IOERR, "%s", name);
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
