/* SPDX-License-Identifier: ISC */
/*
 * What state.db knows of primaries.  While one is down its messages are not
 * touched, so that the next attempt and the reason stand there alone.
 */
#include "primary.h"

#include <err.h>
#include <errno.h>
#include <unistd.h>

static struct state_db *open_state(struct mxq *);

struct state_db *
primary_state_db(struct mxq *q)
{
	if (!q->state_asked)
		q->state = open_state(q);
	q->state_asked = true;
	return q->state;
}

void
primary_of(struct mxq *q, const char *domain, struct primary *out)
{
	struct state_db *state = primary_state_db(q);

	if (state == NULL || state_primary(state, domain, out) != ANSWER_YES)
		*out = (struct primary){0};
}

time_t
primary_next(const struct primary *p, const struct message *m)
{
	if (m->envelope->held)
		return 0;
	return primary_due(p) > m->next ? primary_due(p) : m->next;
}

const char *
primary_reply(const struct primary *p, const struct envelope *e)
{
	if (primary_is_away(p) && *p->reply != '\0' &&
	    p->last_attempt >= e->last_attempt)
		return p->reply;
	return *e->last_reply == '\0' ? NULL : e->last_reply;
}

/* Absent is usual, and no reason to make it. */
static struct state_db *
open_state(struct mxq *q)
{
	char wrong[DB_ERROR];
	struct state_db *state;

	if (access(q->conf.state, F_OK) == -1 && errno == ENOENT)
		return NULL;
	if ((state = state_db_look(q->conf.state, wrong)) == NULL)
		warnx("%s: the states of the primaries are not known",
		    target_name(NULL, wrong));
	return state;
}
