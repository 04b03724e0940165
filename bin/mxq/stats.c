/* SPDX-License-Identifier: ISC */
/*
 * mxq stats: a row for each domain, without a look inside its messages, and,
 * while mxrun's sums hold, without one at the files that they tell of.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "primary.h"
#include "usage.h"

static const struct column columns[] = {
    {"domain", "DOMAIN", CELL_TEXT, 28},
    {"messages", "MSGS", CELL_COUNT, 6},
    {"octets", "SIZE", CELL_SIZE, 4},
    {"held", "HELD", CELL_COUNT, 4},
    {"oldest", "OLDEST", CELL_AGE, 6},
    {"primary", "PRIMARY", CELL_TEXT, 9},
    {"since", "SINCE", CELL_AGE, 5},
    {"next", "NEXT", CELL_NEXT, 4},
    {"host", NULL, CELL_TEXT, 0},
    {"reply", "LAST REPLY", CELL_TEXT, 0},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

struct count {
	const struct target *t; /* its domain */
	struct usage *sums;	/* what was counted */
	time_t from;		/* who came before is not counted, */
	uint64_t names;		/* but told by this (id_sum) */
	int code;
};

static int stats_domain(struct mxq *, const char *domain);
static int sum_up(struct mxq *, const char *domain, struct usage *);
static int sum_up_dir(struct mxq *, const struct target *, struct usage *);
static bool is_unchanged(
    struct state_db *, const struct target *, struct usage *);
static int count(
    const struct target *, const struct sums *found, struct usage *);
static int count_one(void *count, const char *id);

int
mxq_stats(struct mxq *q, char *args[])
{
	struct names domains;
	int worst = target_domains(q, *args, &domains);

	for (size_t i = 0; i < domains.n; i++) {
		int code = stats_domain(q, domains.name[i]);

		worst = code > worst ? code : worst;
	}
	names_free(&domains);
	return worst;
}

static int
stats_domain(struct mxq *q, const char *domain)
{
	struct cell cells[COLUMNS] = {{.text = domain}};
	struct usage sums = {0};
	struct primary primary;
	int code = sum_up(q, domain, &sums);

	primary_of(q, domain, &primary);
	cells[1].number = sums.messages;
	cells[2].number = sums.octets;
	cells[3].number = sums.held;
	cells[4].when = sums.oldest;
	cells[5].text = health_name(primary.health.state);
	cells[6].when = primary.health.since;
	cells[7].when = primary_due(&primary);
	if (*primary.host != '\0')
		cells[8].text = primary.host;
	if (primary.doubt != 0)
		cells[9].text = primary.doubt_why;
	else if (*primary.reply != '\0')
		cells[9].text = primary.reply;
	out_row(&q->out, columns, COLUMNS, cells);
	return code;
}

static int
sum_up(struct mxq *q, const char *domain, struct usage *sums)
{
	struct target t = {.domain = domain,
	    .dir = spool_domain_dir(&q->spool, domain, false)};
	int code;

	if (t.dir == -1)
		return errno == ENOENT || errno == ENOTDIR
		    ? EX_OK
		    : target_trouble(domain, NULL);
	code = sum_up_dir(q, &t, sums);
	close(t.dir);
	return code;
}

static int
sum_up_dir(struct mxq *q, const struct target *t, struct usage *sums)
{
	struct state_db *state = primary_state_db(q);
	struct sums found = {0};

	if (state != NULL &&
	    sums_find(state, t->domain, &found) == ANSWER_YES &&
	    is_unchanged(state, t, sums))
		return EX_OK;
	if (found.steered == 0 || found.steered != spool_steered(&q->spool))
		found = (struct sums){0};
	return count(t, &found, sums);
}

/* No name has come or gone since mxrun has counted, and mxq has not touched the
 * directory. */
static bool
is_unchanged(struct state_db *state, const struct target *t, struct usage *sums)
{
	struct walk walk;
	struct stat st;

	return fstat(t->dir, &st) == 0 &&
	    state_walk(state, t->domain, &walk) == ANSWER_YES &&
	    walk.dir_mtime_ns == walk_mtime_ns(&st) &&
	    usage_find(state, t->domain, sums) == ANSWER_YES;
}

/* What has come since is added to what mxrun has FOUND; all is counted if that
 * is nothing, or not there any more. */
static int
count(const struct target *t, const struct sums *found, struct usage *sums)
{
	struct count c = {.t = t, .sums = sums, .from = found->until};

	*sums = found->usage;
	if (names_each(t->dir, count_one, &c) == -1)
		return target_trouble(t->domain, NULL);
	if (c.names == found->names)
		return c.code;
	return count(t, &(struct sums){0}, sums);
}

/* One that went meanwhile is none. */
static int
count_one(void *ctx, const char *id)
{
	struct count *c = ctx;
	struct stat st;
	int code;

	if (!id_valid(id))
		return 0;
	if (id_time(id) < c->from) {
		c->names += id_sum(id);
		return 0;
	}
	if (fstatat(c->t->dir, id, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		usage_count(c->sums, id, &st);
		return 0;
	}
	code = errno == ENOENT ? EX_OK : target_trouble(c->t->domain, id);
	c->code = code > c->code ? code : c->code;
	return 0;
}
