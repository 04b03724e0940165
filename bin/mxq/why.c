/* SPDX-License-Identifier: ISC */
/*
 * mxq why: what was decided of a message, an address or a client, and why:
 *
 *	2026-11-24T05:00:00Z  mail.example.org [192.0.2.1] from <a@example.org>
 *	  greylist failed: deferred <b@example.com>, "Greylisted: new host; …"
 */
#include <ctype.h>
#include <err.h>
#include <string.h>
#include <sysexits.h>

#include "decision.h"
#include "mxq.h"
#include "primary.h"

enum { WHY_MOST = 1000, WORD = 1024 };

static const struct column columns[] = {
    {"at", NULL, CELL_TEXT, 0},
    {"connection", NULL, CELL_TEXT, 0},
    {"transaction", NULL, CELL_COUNT, 0},
    {"message", NULL, CELL_TEXT, 0},
    {"client", NULL, CELL_TEXT, 0},
    {"helo", NULL, CELL_TEXT, 0},
    {"sender", NULL, CELL_TEXT, 0},
    {"recipient", NULL, CELL_TEXT, 0},
    {"test", NULL, CELL_TEXT, 0},
    {"outcome", NULL, CELL_TEXT, 0},
    {"verdict", NULL, CELL_TEXT, 0},
    {"reason", NULL, CELL_TEXT, 0},
    {"ms", NULL, CELL_COUNT, 0},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

struct story {
	struct mxq *q;
	char connection[ID_NAME + 1]; /* whose head is out */
	unsigned serial;
};

static void tell(void *, const struct decision *);
static void tell_json(struct mxq *, const struct decision *);
static void tell_head(struct story *, const struct decision *);
static const char *deed(const struct decision *);
static const char *clean(const char *, char out[WORD]);

int
mxq_why(struct mxq *q, char *args[])
{
	struct story story = {.q = q};
	struct state_db *state = primary_state_db(q);
	int n;

	if (state == NULL)
		return EX_NOINPUT;
	if ((n = decision_find(state, *args, WHY_MOST, tell, &story)) == -1) {
		warnx("%s: can not be read", q->conf.state);
		return EX_TEMPFAIL;
	}
	if (n > 0)
		return EX_OK;
	warnx("%s: nothing is known of it; a message's name, an address or a "
	      "client's IP address is looked for",
	    target_name(NULL, *args));
	return MXQ_NONE;
}

static void
tell(void *ctx, const struct decision *d)
{
	struct story *story = ctx;
	FILE *f = story->q->out.f;
	char words[WORD], rcpt[WORD];

	if (story->q->out.mode == OUT_JSON) {
		tell_json(story->q, d);
		return;
	}
	tell_head(story, d);
	if (*d->message != '\0') {
		fprintf(f, "  %s as %s ",
		    strcmp(d->test, "relayed") == 0 ? "relayed" : "accepted",
		    clean(d->message, rcpt));
		fprintf(f, "%s\n", clean(d->reason, words));
		return;
	}
	if (strcmp(d->outcome, "pass") == 0) {
		fprintf(f, "  %s passed", clean(d->test, words));
		if (*d->reason != '\0')
			fprintf(f, ", %s", clean(d->reason, words));
	} else {
		fprintf(f, "  %s %s: %s", clean(d->test, words),
		    strcmp(d->outcome, "fail") == 0 ? "failed"
						    : "could not be told",
		    deed(d));
		if (*d->recipient != '\0')
			fprintf(f, " <%s>", clean(d->recipient, rcpt));
		fprintf(f, ", \"%s\"", clean(d->reason, words));
	}
	fprintf(f, d->ms >= 10 ? " (%ld ms)\n" : "\n", d->ms);
}

static void
tell_json(struct mxq *q, const struct decision *d)
{
	char at[OUT_TIME];
	struct cell cells[COLUMNS] = {{.text = out_time(d->at, at)},
	    {.text = d->connection}, {.number = d->serial},
	    {.text = d->message}, {.text = d->client}, {.text = d->helo},
	    {.text = d->sender}, {.text = d->recipient}, {.text = d->test},
	    {.text = d->outcome}, {.text = d->verdict}, {.text = d->reason},
	    {.number = (uint64_t)d->ms}};

	out_row(&q->out, columns, COLUMNS, cells);
}

/* Once for each transaction. */
static void
tell_head(struct story *story, const struct decision *d)
{
	char at[OUT_TIME], helo[WORD], sender[WORD], client[WORD];

	if (strcmp(story->connection, d->connection) == 0 &&
	    story->serial == d->serial)
		return;
	strlcpy(story->connection, d->connection, sizeof story->connection);
	story->serial = d->serial;
	fprintf(story->q->out.f, "%s  %s [%s] from <%s>\n", out_time(d->at, at),
	    clean(d->helo, helo), clean(d->client, client),
	    clean(d->sender, sender));
}

static const char *
deed(const struct decision *d)
{
	if (strcmp(d->verdict, "deny") == 0)
		return "refused";
	if (strcmp(d->verdict, "defer") == 0)
		return "deferred";
	if (strcmp(d->verdict, "log") == 0)
		return "noted only";
	return "ignored";
}

/* The words of others, with nothing in them that a terminal would obey. */
static const char *
clean(const char *text, char out[WORD])
{
	size_t n = strlcpy(out, text, WORD);

	for (size_t i = 0; i < n && i < WORD; i++) {
		if (iscntrl((unsigned char)out[i]))
			out[i] = '?';
	}
	return out;
}
