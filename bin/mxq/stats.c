/* SPDX-License-Identifier: ISC */
/* mxq stats: a row for each domain, without a look inside its messages. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "primary.h"

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

struct sums {
	uint64_t messages, octets, held;
	time_t oldest;
};

static int stats_domain(struct mxq *, const char *domain);
static int count(struct mxq *, const char *domain, struct sums *);
static void count_one(struct mxq *, int dir, const char *id, struct sums *);

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
	struct sums sums = {0};
	struct primary primary;
	int code = count(q, domain, &sums);

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
count(struct mxq *q, const char *domain, struct sums *sums)
{
	int dir = spool_domain_dir(&q->spool, domain, false);
	struct names ids;

	if (dir == -1)
		return errno == ENOENT || errno == ENOTDIR
		    ? EX_OK
		    : target_trouble(domain, NULL);
	if (names_of_messages(&ids, dir) == -1) {
		int code = target_trouble(domain, NULL);

		close(dir);
		return code;
	}
	for (size_t i = 0; i < ids.n; i++)
		count_one(q, dir, ids.name[i], sums);
	names_free(&ids);
	close(dir);
	return EX_OK;
}

/* A name tells when its message came, a DSN's only when its parent did: a
 * DSN's file, never written to after its link but for the journal, is asked. */
static void
count_one(struct mxq *q, int dir, const char *id, struct sums *sums)
{
	time_t came = id_time(id);
	struct message m;
	struct stat st;

	if (fstatat(dir, id, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return;
	if (id[ID_LEN] != '\0' &&
	    message_open(&m, dir, id, MESSAGE_READ) == MESSAGE_OK) {
		came = m.envelope->arrived;
		message_close(&m);
	}
	sums->messages++;
	sums->octets += (uint64_t)st.st_size;
	sums->held += st.st_mtime > q->out.now + 366 * 86400;
	if (sums->oldest == 0 || came < sums->oldest)
		sums->oldest = came;
}
