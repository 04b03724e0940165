/* SPDX-License-Identifier: ISC */
#include "canary.h"

#include <string.h>

#include "spool.h"

enum { LOOK_AT = 100 };

static bool is_canary(const char *name, int dir, struct learned *);

void
canary_first(struct due *due, int dir, struct learned *learned)
{
	for (size_t i = 0; i < due->n && i < LOOK_AT; i++) {
		struct due_entry e = due->entry[i];

		if (e.large)
			return;
		if (!is_canary(e.name, dir, learned))
			continue;
		memmove(due->entry + 1, due->entry, i * sizeof e);
		due->entry[0] = e;
		return;
	}
}

static bool
is_canary(const char *name, int dir, struct learned *learned)
{
	struct message m;
	bool good;

	if (message_open(&m, dir, name, MESSAGE_READ) != MESSAGE_OK)
		return false;
	good = !m.envelope->held && m.envelope->nrcpt > 0 &&
	    m.envelope->rcpt[0].state == RCPT_WAITING &&
	    learned_was_good(learned, m.envelope->rcpt[0].mailbox);
	message_close(&m);
	return good;
}
