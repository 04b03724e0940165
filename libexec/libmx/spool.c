/* SPDX-License-Identifier: ISC */
/* The spool's directories, and the flags that ETRN leaves. */
#include "spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "domain.h"
#include "spool_parts.h"

/* A directory that may not be on disk yet bears the sticky bit: who finds it
 * syncs the parent before relying on it, then takes the bit away. */
enum { MODE_DURABLE = S_IRWXU, MODE_FRESH = S_IRWXU | S_ISVTX };

enum { DIRECTORIES = 5, DIRECTORIES_ENTERED = 2 };

enum { ALIKE = 100 }; /* in bad/, of one domain and name */

static int open_new(struct spool *, const char *path, size_t n);
static int open_first(struct spool *, const char *path, size_t n, bool create);
static int keep_root(int);
static void bad_name(
    char out[NAME_MAX + 1], const char *domain, const char *name, int n);
static int rename_new(int dir, const char *name, int bad, const char *to);
static int open_dir(int parent, const char *name, bool create);
static int open_or_make(int parent, const char *name, bool create);
static int keep_dir(int parent, int fd);
static bool is_plain_name(const char *);
static long count_domain(const struct spool *, const char *domain);
static uint64_t reserve(uint64_t total, uint64_t most);

int
spool_open(struct spool *sp, const char *path)
{
	return open_new(sp, path, DIRECTORIES);
}

int
spool_enter(struct spool *sp, const char *path)
{
	return open_new(sp, path, DIRECTORIES_ENTERED);
}

int
spool_look(struct spool *sp, const char *path)
{
	*sp = (struct spool){-1, -1, -1, -1, -1, -1};
	return open_first(sp, path, DIRECTORIES, false);
}

void
spool_close(struct spool *sp)
{
	int *const dir[] = {
	    &sp->root, &sp->queue, &sp->etrn, &sp->dsn, &sp->bad, &sp->tmp};
	int saved = errno;

	for (size_t i = 0; i < sizeof dir / sizeof *dir; i++) {
		if (*dir[i] != -1)
			close(*dir[i]);
		*dir[i] = -1;
	}
	errno = saved;
}

bool
spool_has_room(const struct spool *sp, uint64_t size)
{
	struct statvfs fs;
	uint64_t unit;

	if (fstatvfs(sp->queue, &fs) == -1)
		return false;
	unit = fs.f_frsize;
	if (fs.f_bavail * unit <
	    reserve(fs.f_blocks * unit, SPACE_RESERVE) + size)
		return false;
	/* some file systems make inodes as they need them and report none */
	return fs.f_files == 0 ||
	    fs.f_favail > reserve(fs.f_files, INODE_RESERVE);
}

int
spool_domain_dir(const struct spool *sp, const char *domain, bool create)
{
	if (!is_plain_name(domain)) {
		errno = EINVAL;
		return -1;
	}
	return open_dir(sp->queue, domain, create);
}

int
spool_take_domain(const struct spool *sp, const char *domain)
{
	if (!is_plain_name(domain)) {
		errno = EINVAL;
		return -1;
	}
	return open_or_make(sp->queue, domain, true);
}

int
spool_keep_domain(const struct spool *sp, int dir)
{
	return keep_dir(sp->queue, dir) == -1 ? -1 : fsync(dir);
}

long
spool_count(const struct spool *sp, const char *domain, bool below)
{
	long n = count_domain(sp, domain), more;
	struct dirent *e;
	DIR *d;
	int fd;

	if (n == -1 || !below)
		return n;
	if ((fd = openat(sp->queue, ".", O_RDONLY | O_CLOEXEC)) == -1)
		return -1;
	if ((d = fdopendir(fd)) == NULL) {
		close(fd);
		return -1;
	}
	while (n != -1 && (e = readdir(d)) != NULL) {
		if (!domain_is_below(e->d_name, domain))
			continue;
		more = count_domain(sp, e->d_name);
		n = more == -1 ? -1 : n + more;
	}
	closedir(d);
	return n;
}

/* The mtime of the spool itself, in which nothing is made but the first time.
 */
int
spool_steer(const struct spool *sp)
{
	return futimens(sp->root, NULL);
}

int64_t
spool_steered(const struct spool *sp)
{
	struct stat st;

	if (fstat(sp->root, &st) == -1)
		return -1;
	return (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

int
spool_unlink(const struct spool *sp, const char *domain, const char *id)
{
	int dir = spool_domain_dir(sp, domain, false), result;

	if (dir == -1)
		return -1;
	result = unlinkat(dir, id, 0) == -1 ? -1 : fsync(dir);
	close(dir);
	return result;
}

int
spool_release_dsn(const struct spool *sp, const char *domain, const char *id)
{
	/* as in draft_link(): the directory may go before we are there */
	for (int tries = 0; tries < SPOOL_TRIES; tries++) {
		int dir = spool_take_domain(sp, domain), result;

		if (dir == -1 && errno == ENOENT)
			continue;
		if (dir == -1)
			return -1;
		result = renameat(sp->dsn, id, dir, id);
		if (result == 0)
			result = spool_keep_domain(sp, dir) == -1
			    ? -1
			    : fsync(sp->dsn);
		close(dir);
		if (result == 0 || errno != ENOENT)
			return result;
	}
	return -1;
}

int
spool_set_aside(
    const struct spool *sp, const char *domain, int dir, const char *name)
{
	char to[NAME_MAX + 1];
	int result = -1;

	/* what lies there already is kept as well */
	errno = EEXIST;
	for (int n = 0; result == -1 && errno == EEXIST && n < ALIKE; n++) {
		bad_name(to, domain, name, n);
		result = rename_new(dir, name, sp->bad, to);
	}
	if (result == -1)
		return -1;
	return fsync(sp->bad) == -1 || fsync(dir) == -1 ? -1 : 0;
}

int
spool_etrn_put(const struct spool *sp, const char *word)
{
	int fd;

	if (!is_plain_name(word)) {
		errno = EINVAL;
		return -1;
	}
	fd = openat(sp->etrn, word,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return errno == EEXIST ? 1 : -1;
	close(fd);
	return 0;
}

int
spool_etrn_take(const struct spool *sp, const char *word)
{
	return unlinkat(sp->etrn, word, 0);
}

static int
open_new(struct spool *sp, const char *path, size_t n)
{
	*sp = (struct spool){-1, -1, -1, -1, -1, -1};
	if (mkdir(path, MODE_FRESH) == -1 && errno != EEXIST)
		return -1;
	return open_first(sp, path, n, true);
}

/* The first N. */
static int
open_first(struct spool *sp, const char *path, size_t n, bool create)
{
	int *const dir[DIRECTORIES] = {
	    &sp->queue, &sp->tmp, &sp->etrn, &sp->dsn, &sp->bad};
	static const char *const name[DIRECTORIES] = {
	    "queue", "tmp", "etrn", "dsn", "bad"};

	sp->root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (sp->root == -1)
		return -1;
	if (create && keep_root(sp->root) == -1) {
		spool_close(sp);
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		*dir[i] = open_dir(sp->root, name[i], create);
		if (*dir[i] == -1 && (create || errno != ENOENT)) {
			spool_close(sp);
			return -1;
		}
	}
	return 0;
}

/* A spool that was made just now: its own name must be on disk as well. */
static int
keep_root(int root)
{
	struct stat st;

	if (fstat(root, &st) == -1)
		return -1;
	if ((st.st_mode & 07777) != MODE_FRESH)
		return 0;
	return syncfs(root) == -1 ? -1 : fchmod(root, MODE_DURABLE);
}

/* "domain:name", and ".N" behind it; a domain may be as long as a name. */
static void
bad_name(char out[NAME_MAX + 1], const char *domain, const char *name, int n)
{
	enum { ROOM = NAME_MAX - ID_NAME - 8 };

	snprintf(out, NAME_MAX + 1, n == 0 ? "%.*s:%.*s" : "%.*s:%.*s.%d", ROOM,
	    domain, ID_NAME, name, n);
}

/* EEXIST where TO is there, on file systems too that can not see to it. */
static int
rename_new(int dir, const char *name, int bad, const char *to)
{
	int result = renameat2(dir, name, bad, to, RENAME_NOREPLACE);

	if (result == 0 || errno != EINVAL)
		return result;
	if (faccessat(bad, to, F_OK, AT_SYMLINK_NOFOLLOW) == -1)
		return renameat(dir, name, bad, to);
	errno = EEXIST;
	return -1;
}

/* Opens PARENT/NAME; what it makes, or another made just now, is durable. */
static int
open_dir(int parent, const char *name, bool create)
{
	int fd = open_or_make(parent, name, create);

	if (fd != -1 && create && keep_dir(parent, fd) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

static int
open_or_make(int parent, const char *name, bool create)
{
	static const int flags =
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(parent, name, flags);

	if (fd != -1 || errno != ENOENT || !create)
		return fd;
	if (mkdirat(parent, name, MODE_FRESH) == -1 && errno != EEXIST)
		return -1;
	return openat(parent, name, flags);
}

static int
keep_dir(int parent, int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return -1;
	if ((st.st_mode & S_ISVTX) == 0)
		return 0;
	return fsync(parent) == -1 ? -1 : fchmod(fd, MODE_DURABLE);
}

static bool
is_plain_name(const char *s)
{
	return *s != '\0' && *s != '.' && strchr(s, '/') == NULL;
}

/* Messages that wait for it alone; what is no directory has none. */
static long
count_domain(const struct spool *sp, const char *domain)
{
	int fd = spool_domain_dir(sp, domain, false);
	struct dirent *e;
	long n = 0;
	DIR *d;

	if (fd == -1)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	if ((d = fdopendir(fd)) == NULL) {
		close(fd);
		return -1;
	}
	while ((e = readdir(d)) != NULL)
		n += id_valid(e->d_name);
	closedir(d);
	return n;
}

static uint64_t
reserve(uint64_t total, uint64_t most)
{
	uint64_t part = total / 100 * SPACE_RESERVE_PERCENT;

	return part < most ? part : most;
}
