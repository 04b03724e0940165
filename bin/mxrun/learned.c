/* SPDX-License-Identifier: ISC */
#include "learned.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "address.h"
#include "log.h"

static void flush(struct learned *);

void
learned_init(struct learned *l, const struct conf *conf, bool handled)
{
	*l = (struct learned){.conf = conf, .off = !handled};
}

void
learned_end(struct learned *l)
{
	flush(l);
	state_db_close(l->state);
	l->state = NULL;
}

void
learned_note(struct learned *l, const char *mailbox)
{
	if (l->off)
		return;
	for (unsigned i = 0; i < l->n; i++) {
		if (strcmp(l->good[i], mailbox) == 0)
			return;
	}
	if (l->n == LEARNED_MOST)
		flush(l);
	if ((l->good[l->n] = strdup(mailbox)) != NULL)
		l->n++;
}

bool
learned_was_good(struct learned *l, const char *mailbox)
{
	struct address a;

	if (l->off)
		return false;
	for (unsigned i = 0; i < l->n; i++) {
		if (strcmp(l->good[i], mailbox) == 0)
			return true;
	}
	return learned_state(l) != NULL &&
	    address_find(l->state, ADDRESS_RECIPIENT, mailbox, &a) ==
	    ANSWER_YES &&
	    (a.good || a.good_at != 0);
}

enum answer
learned_budget(
    struct learned *l, const char *name, unsigned most, time_t period)
{
	if (learned_state(l) == NULL)
		return ANSWER_UNAVAILABLE;
	return budget_take(l->state, name, most, period, time(NULL));
}

/* Those who waited: one transaction, however many. */
static void
flush(struct learned *l)
{
	struct address a = {.good = true, .asked = time(NULL)};
	bool open;

	if (l->n == 0)
		return;
	open = learned_state(l) != NULL && state_begin(l->state) == 0;
	for (unsigned i = 0; i < l->n; i++) {
		if (open)
			address_note(
			    l->state, ADDRESS_RECIPIENT, l->good[i], &a);
		free(l->good[i]);
	}
	if (open)
		state_commit(l->state);
	l->n = 0;
}

/* Hints: without them no recipient is known. */
struct state_db *
learned_state(struct learned *l)
{
	char err[DB_ERROR];

	if (!l->asked &&
	    (l->state = state_db_open(l->conf->state, err)) == NULL)
		log_event(LOG_L_ERROR, "no-state", "error", err, NULL);
	l->asked = true;
	return l->state;
}
