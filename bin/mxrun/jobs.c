/* SPDX-License-Identifier: ISC */
/*
 * A flag is unlinked before its domain is served, so that a flag left
 * meanwhile makes another run.
 */
#include "jobs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain.h"
#include "ip.h"
#include "log.h"

static int compare(const void *, const void *);
static int take_flags(struct jobs *, const struct spool *, struct books *);
static int add(struct jobs *, const char *domain, bool forced);
static int add_word(struct jobs *, const struct spool *, const char *word);
static int each_entry(int dir, int (*)(void *, const char *), void *);
static int add_queued(void *, const char *name);
static int add_below(void *, const char *name);
static int take_flag(void *, const char *name);
static bool is_domain_dir(const char *name);

struct flags { /* of take_flag() */
	struct jobs *jobs;
	const struct spool *spool;
	struct books *books;
};

struct below { /* of add_below() */
	struct jobs *jobs;
	const char *parent;
};

int
jobs_collect(struct jobs *js, const struct spool *sp, struct books *b)
{
	if (take_flags(js, sp, b) == -1)
		return -1;
	return each_entry(sp->queue, add_queued, js);
}

bool
jobs_add_named(struct jobs *js, const struct spool *sp, const char *word)
{
	char domain[DOMAIN_LEN + 2];
	bool below = *word == '@';
	struct ip ip;

	if (ip_parse_literal(&ip, word, strlen(word)))
		return add(js, word, true) == 0;
	word += below || *word == '#';
	domain[0] = '@';
	if (!domain_normal(word, strlen(word), domain + below))
		return false;
	return add_word(js, sp, domain) == 0;
}

void
jobs_sort(struct jobs *js, struct books *b)
{
	for (size_t i = 0; i < js->n; i++) {
		struct job_name *j = &js->name[i];

		j->number = i;
		j->rank = j->forced ? 0 : 1 + books_rank(b, j->domain);
	}
	if (js->n > 1)
		qsort(js->name, js->n, sizeof *js->name, compare);
}

void
jobs_free(struct jobs *js)
{
	for (size_t i = 0; i < js->n; i++)
		free(js->name[i].domain);
	free(js->name);
	*js = (struct jobs){0};
}

static int
compare(const void *one, const void *two)
{
	const struct job_name *a = one, *b = two;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->number < b->number ? -1 : 1;
}

static int
take_flags(struct jobs *js, const struct spool *sp, struct books *b)
{
	struct flags f = {js, sp, b};

	return each_entry(sp->etrn, take_flag, &f);
}

static int
take_flag(void *ctx, const char *word)
{
	struct flags *f = ctx;

	if (spool_etrn_take(f->spool, word) == -1 && errno != ENOENT) {
		log_event(LOG_L_ERROR, "etrn", "flag", word, "error",
		    strerror(errno), NULL);
		return 0;
	}
	log_event(LOG_L_INFO, "etrn", "node", word, NULL);
	books_note_etrn(f->books, *word == '@' ? word + 1 : word);
	return add_word(f->jobs, f->spool, word);
}

/* "domain" or "@domain", in inner form. */
static int
add_word(struct jobs *js, const struct spool *sp, const char *word)
{
	struct below below = {js, word + 1};

	if (*word != '@')
		return add(js, word, true);
	if (add(js, word + 1, true) == -1)
		return -1;
	return each_entry(sp->queue, add_below, &below);
}

static int
add_below(void *ctx, const char *name)
{
	struct below *b = ctx;

	return domain_is_below(name, b->parent) ? add(b->jobs, name, true) : 0;
}

static int
add_queued(void *ctx, const char *name)
{
	struct jobs *js = ctx;

	if (is_domain_dir(name))
		return add(js, name, false);
	log_event(LOG_L_ERROR, "stray", "path", name, NULL);
	return 0;
}

static bool
is_domain_dir(const char *name)
{
	char domain[DOMAIN_LEN + 1];
	struct ip ip;

	return ip_parse_literal(&ip, name, strlen(name)) ||
	    (domain_normal(name, strlen(name), domain) &&
		strcmp(domain, name) == 0);
}

/* A domain that was forced is not added again; those are few. */
static int
add(struct jobs *js, const char *domain, bool forced)
{
	for (size_t i = 0; i < js->n && js->name[i].forced; i++) {
		if (strcmp(js->name[i].domain, domain) == 0)
			return 0;
	}
	if (js->n == js->room) {
		size_t room = js->room == 0 ? 64 : js->room * 2;
		struct job_name *more =
		    reallocarray(js->name, room, sizeof *more);

		if (more == NULL)
			return -1;
		js->name = more;
		js->room = room;
	}
	js->name[js->n].domain = strdup(domain);
	js->name[js->n].forced = forced;
	return js->name[js->n].domain == NULL ? -1 : (js->n++, 0);
}

static int
each_entry(int dir, int (*each)(void *, const char *), void *ctx)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *e;
	int result = 0;
	DIR *d;

	if (fd == -1 || (d = fdopendir(fd)) == NULL) {
		if (fd != -1)
			close(fd);
		return -1;
	}
	while (result == 0 && (e = readdir(d)) != NULL) {
		if (e->d_name[0] != '.')
			result = each(ctx, e->d_name);
	}
	closedir(d);
	return result;
}
