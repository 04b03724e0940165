/* SPDX-License-Identifier: ISC */
/*
 * mxq stats: a row for each domain, without a look inside its messages, and,
 * while mxrun's sums hold, without one at their files.
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

static int stats_domain(struct mxq *, const char *domain);
static int sum_up(struct mxq *, const char *domain, struct usage *);
static bool is_known(struct mxq *, int dir, const char *domain, struct usage *);
static int count(int dir, const char *domain, struct usage *);
static int count_one(const struct target *, struct usage *);

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
	int dir = spool_domain_dir(&q->spool, domain, false);
	int code = EX_OK;

	if (dir == -1)
		return errno == ENOENT || errno == ENOTDIR
		    ? EX_OK
		    : target_trouble(domain, NULL);
	if (!is_known(q, dir, domain, sums))
		code = count(dir, domain, sums);
	close(dir);
	return code;
}

/* mxrun has counted, and the directory is as it was then. */
static bool
is_known(struct mxq *q, int dir, const char *domain, struct usage *sums)
{
	struct state_db *state = primary_state_db(q);
	struct walk walk;
	struct stat st;

	return state != NULL && fstat(dir, &st) == 0 &&
	    state_walk(state, domain, &walk) == ANSWER_YES &&
	    walk.dir_mtime_ns == walk_mtime_ns(&st) &&
	    usage_find(state, domain, sums) == ANSWER_YES;
}

static int
count(int dir, const char *domain, struct usage *sums)
{
	struct target t = {.domain = domain, .dir = dir};
	struct names ids;
	int worst = EX_OK;

	*sums = (struct usage){0};
	if (names_of_messages(&ids, dir) == -1)
		return target_trouble(domain, NULL);
	for (size_t i = 0; i < ids.n; i++) {
		int code;

		t.id = ids.name[i];
		code = count_one(&t, sums);
		worst = code > worst ? code : worst;
	}
	names_free(&ids);
	return worst;
}

/* A name tells when its message came; a DSN's, when that came which it is
 * about.  One that went meanwhile is none. */
static int
count_one(const struct target *t, struct usage *sums)
{
	time_t came = id_time(t->id);
	struct stat st;

	if (fstatat(t->dir, t->id, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? EX_OK
				       : target_trouble(t->domain, t->id);
	sums->messages++;
	sums->octets += (uint64_t)st.st_size;
	if (st.st_mtime == SPOOL_HELD)
		sums->held++;
	else if (sums->oldest == 0 || came < sums->oldest)
		sums->oldest = came;
	return EX_OK;
}
