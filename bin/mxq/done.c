/* SPDX-License-Identifier: ISC */
/* What a steering command says of each message. */
#include "done.h"

#include <err.h>

static const struct column columns[] = {
    {"domain", "DOMAIN", CELL_TEXT, 28},
    {"id", "ID", CELL_TEXT, ID_NAME},
    {"done", "DONE", CELL_TEXT, 0},
};

void
done_row(struct mxq *q, const struct target *t, const char *what)
{
	const struct cell cells[] = {
	    {.text = t->domain}, {.text = t->id}, {.text = what}};

	out_row(&q->out, columns, sizeof columns / sizeof *columns, cells);
}

int
done_not(const struct target *t, const char *why, int code)
{
	warnx("%s: %s", target_name(t->domain, t->id), why);
	return code;
}
