/* SPDX-License-Identifier: ISC */
/* mxq list: a row for each message, as they are read. */
#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "primary.h"

enum { DOMAIN_WIDTH = 28 };

static const struct column list_columns[] = {
    {"domain", "DOMAIN", CELL_TEXT, 6},
    {"id", "ID", CELL_TEXT, ID_LEN},
    {"state", "STATE", CELL_TEXT, 7},
    {"arrived", "AGE", CELL_AGE, 4},
    {"next", "NEXT", CELL_NEXT, 4},
    {"octets", "SIZE", CELL_SIZE, 4},
    {"waiting", "TO", CELL_COUNT, 4},
    {"recipients", NULL, CELL_COUNT, 0},
    {"attempts", NULL, CELL_COUNT, 0},
    {"sender", "FROM", CELL_TEXT, 26},
    {"reply", "LAST REPLY", CELL_TEXT, 0},
};
enum { COLUMNS = sizeof list_columns / sizeof *list_columns };

static int list_domain(struct mxq *, const char *domain, const struct column *);
static int list_message(struct mxq *, const struct target *,
    const struct primary *, const struct column *);

int
mxq_list(struct mxq *q, char *args[])
{
	struct column columns[COLUMNS];
	struct names domains;
	int worst = target_domains(q, *args, &domains);

	memcpy(columns, list_columns, sizeof columns);
	for (size_t i = 0; i < domains.n; i++) {
		size_t n = strlen(domains.name[i]);

		if (n > DOMAIN_WIDTH)
			n = DOMAIN_WIDTH;
		if (n > columns[0].width)
			columns[0].width = (unsigned)n;
	}
	for (size_t i = 0; i < domains.n; i++) {
		int code = list_domain(q, domains.name[i], columns);

		worst = code > worst ? code : worst;
	}
	names_free(&domains);
	return worst;
}

static int
list_domain(struct mxq *q, const char *domain, const struct column *columns)
{
	struct target t = {.domain = domain};
	struct names ids = {0};
	struct primary primary;
	int worst = EX_OK;

	primary_of(q, domain, &primary);
	t.dir = spool_domain_dir(&q->spool, domain, false);
	if (t.dir == -1)
		return errno == ENOENT || errno == ENOTDIR
		    ? EX_OK
		    : target_trouble(domain, NULL);
	if (names_of_messages(&ids, t.dir) == -1)
		worst = target_trouble(domain, NULL);
	for (size_t i = 0; i < ids.n; i++) {
		int code;

		t.id = ids.name[i];
		code = list_message(q, &t, &primary, columns);
		worst = code > worst ? code : worst;
	}
	names_free(&ids);
	close(t.dir);
	return worst;
}

/* A message that went while we read is no trouble, a damaged one is shown. */
static int
list_message(struct mxq *q, const struct target *t,
    const struct primary *primary, const struct column *columns)
{
	struct cell cells[COLUMNS] = {
	    {.text = t->domain}, {.text = t->id}, {.text = "bad"}};
	struct message m;

	switch (message_open(&m, t->dir, t->id, MESSAGE_READ)) {
	case MESSAGE_GONE:
	case MESSAGE_BUSY:
		return EX_OK;
	case MESSAGE_ERROR:
		return target_trouble(t->domain, t->id);
	case MESSAGE_BAD:
		out_row(&q->out, columns, COLUMNS, cells);
		return EX_OK;
	case MESSAGE_OK:
		break;
	}
	cells[2].text = envelope_word(m.envelope);
	cells[3].when = m.envelope->arrived;
	cells[4].when = primary_next(primary, &m);
	cells[5].number = m.length;
	cells[6].number = envelope_count(m.envelope, RCPT_WAITING);
	cells[7].number = m.envelope->nrcpt;
	cells[8].number = m.envelope->attempts;
	cells[9].text = *m.envelope->sender == '\0' ? "<>" : m.envelope->sender;
	cells[10].text = primary_reply(primary, m.envelope);
	out_row(&q->out, columns, COLUMNS, cells);
	message_close(&m);
	return EX_OK;
}
