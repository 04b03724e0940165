/* SPDX-License-Identifier: ISC */
/* Directories of the spool, read whole and sorted by name. */
#include "names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "id.h"

struct wish {
	struct names *names;
	bool (*want)(const char *);
};

static int read_names(struct names *, int dir, bool (*want)(const char *));
static int add_wanted(void *wish, const char *name);
static int add(struct names *, const char *);
static bool is_visible(const char *);
static int compare(const void *, const void *);

int
names_of_domains(struct names *ns, int queue)
{
	return read_names(ns, queue, is_visible);
}

int
names_of_messages(struct names *ns, int dir)
{
	return read_names(ns, dir, id_valid);
}

int
names_of_files(struct names *ns, int dir)
{
	return read_names(ns, dir, is_visible);
}

int
names_each(int dir, int (*each)(void *, const char *), void *ctx)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd == -1 ? NULL : fdopendir(fd);
	struct dirent *e;
	int result, saved;

	if (d == NULL) {
		if (fd != -1)
			close(fd);
		return -1;
	}
	do {
		errno = 0;
		e = readdir(d);
		if (e == NULL)
			result = errno == 0 ? 0 : -1;
		else
			result = each(ctx, e->d_name);
	} while (e != NULL && result == 0);
	saved = errno;
	closedir(d);
	errno = saved;
	return result;
}

void
names_free(struct names *ns)
{
	for (size_t i = 0; i < ns->n; i++)
		free(ns->name[i]);
	free(ns->name);
	*ns = (struct names){0};
}

static int
read_names(struct names *ns, int dir, bool (*want)(const char *))
{
	struct wish wish = {.want = want};

	*ns = (struct names){0};
	wish.names = ns;
	if (names_each(dir, add_wanted, &wish) == -1) {
		int saved = errno;

		names_free(ns);
		errno = saved;
		return -1;
	}
	if (ns->n > 1)
		qsort(ns->name, ns->n, sizeof *ns->name, compare);
	return 0;
}

static int
add_wanted(void *ctx, const char *name)
{
	struct wish *w = ctx;

	return w->want(name) ? add(w->names, name) : 0;
}

static int
add(struct names *ns, const char *name)
{
	if ((ns->n & (ns->n - 1)) == 0) { /* full at powers of two */
		size_t room = ns->n == 0 ? 1 : ns->n * 2;
		char **more = reallocarray(ns->name, room, sizeof *more);

		if (more == NULL)
			return -1;
		ns->name = more;
	}
	if ((ns->name[ns->n] = strdup(name)) == NULL)
		return -1;
	ns->n++;
	return 0;
}

static bool
is_visible(const char *name)
{
	return *name != '.';
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}
