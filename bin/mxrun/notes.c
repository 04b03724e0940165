/* SPDX-License-Identifier: ISC */
#include "notes.h"

#include <string.h>

#include "wire.h"

void
notes_add(struct notes *n, const char *domain, const struct report *r)
{
	struct note *note = &n->note[n->n];

	if (n->n++ == 0)
		n->since = wire_now();
	strlcpy(note->domain, domain, sizeof note->domain);
	note->report = *r;
	if (n->n == NOTES)
		notes_write(n);
}

void
notes_write(struct notes *n)
{
	for (unsigned i = 0; i < n->n; i++)
		books_note(n->books, n->note[i].domain, &n->note[i].report);
	if (n->n > 0)
		books_trim(n->books);
	n->n = 0;
}
