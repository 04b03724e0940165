/* SPDX-License-Identifier: ISC */
#include "due.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "spool.h"

/* The longest wait that a row of backoff may ask for (share/schema.sql). */
enum { LONGEST_WAIT = 86400 + 86400 / 20 };

static int consider(struct due *, int dir, const char *name, bool, time_t);
static int add(struct due *, const char *name);
static int compare(const void *, const void *);

int
due_list(struct due *d, int dir, bool forced, time_t now)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *e;
	int result = 0;
	DIR *stream;

	*d = (struct due){0};
	if (fd == -1 || (stream = fdopendir(fd)) == NULL) {
		if (fd != -1)
			close(fd);
		return -1;
	}
	while (result == 0 && (e = readdir(stream)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		d->entries++;
		result = consider(d, dir, e->d_name, forced, now);
	}
	closedir(stream);
	qsort(d->name, d->n, sizeof *d->name, compare);
	return result;
}

void
due_free(struct due *d)
{
	free(d->name);
	*d = (struct due){0};
}

void
due_later(struct due *d, time_t next)
{
	if (d->next == 0 || next < d->next)
		d->next = next;
}

bool
due_is_believable(time_t next, time_t now)
{
	return next <= now + LONGEST_WAIT;
}

int64_t
due_mtime_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

static int
consider(struct due *d, int dir, const char *name, bool forced, time_t now)
{
	struct stat st;

	if (!id_valid(name)) {
		log_event(LOG_L_ERROR, "stray", "path", name, NULL);
		return 0;
	}
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? 0 : -1;
	if (st.st_mtime == SPOOL_HELD)
		return 0;
	if (forced || st.st_mtime <= now ||
	    !due_is_believable(st.st_mtime, now))
		return add(d, name);
	due_later(d, st.st_mtime);
	return 0;
}

static int
add(struct due *d, const char *name)
{
	if (d->n == d->room) {
		size_t room = d->room == 0 ? 64 : d->room * 2;
		void *more = reallocarray(d->name, room, sizeof *d->name);

		if (more == NULL)
			return -1;
		d->name = more;
		d->room = room;
	}
	strlcpy(d->name[d->n++], name, sizeof *d->name);
	return 0;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}
