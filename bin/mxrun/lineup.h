/* SPDX-License-Identifier: ISC */
/*
 * The order of messages for a server that is told of one client at a time:
 * those of one client follow one another, so that it need not be told of each
 * message anew.
 */
#ifndef LINEUP_H
#define LINEUP_H

#include "due.h"

struct lineup {
	size_t end;	 /* of those that are sorted */
	uint64_t client; /* of the message before */
};

/* The first message is on its way before it is known what the server takes.
 * DIR is the directory. */
void lineup_begin(struct lineup *, const struct due *, int dir);
/* Sorts some of the messages from AT on by client: those of the client before
 * first, then clients by their first message. */
void lineup_sort(struct lineup *, struct due *, size_t at, int dir);

#endif
