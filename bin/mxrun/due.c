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

struct when {
	time_t longest, now;
};

static int consider(
    struct due *, int dir, const char *name, const struct when *);
static void count(struct due *, const char *name, const struct stat *);
static int add(struct due *, const char *name, const struct stat *);
static int compare(const void *, const void *);

int
due_list(struct due *d, int dir, time_t longest, time_t now)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct when when = {longest, now};
	struct dirent *e;
	int result = 0;
	DIR *stream;

	*d = (struct due){.settled.until = now - DUE_SETTLED};
	if (fd == -1 || (stream = fdopendir(fd)) == NULL) {
		if (fd != -1)
			close(fd);
		return -1;
	}
	while (result == 0 && (e = readdir(stream)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		result = consider(d, dir, e->d_name, &when);
	}
	closedir(stream);
	if (d->n > 1) /* of none there is no array */
		qsort(d->entry, d->n, sizeof *d->entry, compare);
	return result;
}

void
due_free(struct due *d)
{
	free(d->entry);
	*d = (struct due){0};
}

void
due_later(struct due *d, time_t next)
{
	if (d->next == 0 || next < d->next)
		d->next = next;
}

bool
due_is_believable(time_t next, time_t longest, time_t now)
{
	return next <= now + longest;
}

static int
consider(struct due *d, int dir, const char *name, const struct when *when)
{
	struct stat st;

	if (!id_valid(name)) {
		log_event(LOG_L_ERROR, "stray", "path", name, NULL);
		return 0;
	}
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? 0 : -1;
	count(d, name, &st);
	if (st.st_mtime == SPOOL_HELD)
		return 0;
	if (st.st_mtime <= when->now ||
	    !due_is_believable(st.st_mtime, when->longest, when->now))
		return add(d, name, &st);
	due_later(d, st.st_mtime);
	return 0;
}

static void
count(struct due *d, const char *name, const struct stat *st)
{
	usage_count(&d->all, name, st);
	if (id_time(name) >= d->settled.until)
		return;
	usage_count(&d->settled.usage, name, st);
	d->settled.names += id_sum(name);
}

static int
add(struct due *d, const char *name, const struct stat *st)
{
	struct due_entry *e;

	if (d->n == d->room) {
		size_t room = d->room == 0 ? 64 : d->room * 2;

		e = reallocarray(d->entry, room, sizeof *d->entry);
		if (e == NULL)
			return -1;
		d->entry = e;
		d->room = room;
	}
	e = &d->entry[d->n++];
	strlcpy(e->name, name, sizeof e->name);
	e->large = st->st_size >= DUE_LARGE;
	return 0;
}

static int
compare(const void *one, const void *two)
{
	const struct due_entry *a = one, *b = two;

	if (a->large != b->large)
		return a->large ? 1 : -1;
	return strcmp(a->name, b->name);
}
