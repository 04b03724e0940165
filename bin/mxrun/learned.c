/* SPDX-License-Identifier: ISC */
#include "learned.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "address.h"

static void flush(struct learned *);

void
learned_init(struct learned *l, struct kept *kept, bool handled)
{
	*l = (struct learned){.kept = kept, .off = !handled};
}

void
learned_end(struct learned *l)
{
	flush(l);
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
	struct state_db *state;
	struct address a;

	if (l->off)
		return false;
	for (unsigned i = 0; i < l->n; i++) {
		if (strcmp(l->good[i], mailbox) == 0)
			return true;
	}
	state = kept_state(l->kept);
	return state != NULL &&
	    address_find(state, ADDRESS_RECIPIENT, mailbox, &a) == ANSWER_YES &&
	    (a.good || a.good_at != 0);
}

enum answer
learned_budget(
    struct learned *l, const char *name, unsigned most, time_t period)
{
	struct state_db *state = kept_state(l->kept);

	return state == NULL
	    ? ANSWER_UNAVAILABLE
	    : budget_take(state, name, most, period, time(NULL));
}

/* Those who waited: one transaction, however many. */
static void
flush(struct learned *l)
{
	struct address a = {.good = true, .asked = time(NULL)};
	struct state_db *state;
	bool open;

	if (l->n == 0)
		return;
	state = kept_state(l->kept);
	open = state != NULL && state_begin(state) == 0;
	for (unsigned i = 0; i < l->n; i++) {
		if (open)
			address_note(state, ADDRESS_RECIPIENT, l->good[i], &a);
		free(l->good[i]);
	}
	if (open)
		state_commit(state);
	l->n = 0;
}
