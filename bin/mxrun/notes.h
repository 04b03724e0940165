/* SPDX-License-Identifier: ISC */
/*
 * What workers said at their end, until it is written into state.db: several
 * domains at once, as the books are dear to open.
 */
#ifndef NOTES_H
#define NOTES_H

#include "books.h"

enum { NOTES = 32 };

struct note {
	char domain[DOMAIN_LEN + LITERAL_LEN + 1];
	struct report report;
};

struct notes {
	struct books *books;
	struct note note[NOTES];
	unsigned n;
	int64_t since; /* wire_now() of the first */
};

/* Writes them when there is no more room. */
void notes_add(struct notes *, const char *domain, const struct report *);
void notes_write(struct notes *);

#endif
