/* SPDX-License-Identifier: ISC */
/*
 * The recipients of a transaction, packed: a thousand of them are a few tens
 * of kilobytes.
 */
#ifndef RCPTS_H
#define RCPTS_H

#include <stdbool.h>
#include <stddef.h>

#include "param.h"
#include "path.h"

struct rcpts {
	unsigned n;	  /* recipients */
	unsigned domains; /* distinct domains among them */
	char *octets;	  /* entries, one behind the other */
	size_t len, room;
};

struct rcpt_entry { /* points into the octets, until the next rcpts_add() */
	const char *mailbox, *orcpt;
	const char *domain; /* a part of mailbox */
	unsigned notify;
	unsigned group; /* the domain's number, from 0 in order of appearance */
};

enum rcpts_status {
	RCPTS_ADDED,
	RCPTS_KNOWN, /* it is there already (RFC 5321 4.1.1.3: once) */
	RCPTS_FULL,  /* RECIPIENTS, or RECIPIENT_DOMAINS */
	RCPTS_NOMEM
};

enum rcpts_status rcpts_add(
    struct rcpts *, const struct path *, const struct rcpt_params *);
/* The next entry; *AT begins at 0.  False at the end. */
bool rcpts_next(const struct rcpts *, size_t *at, struct rcpt_entry *);
void rcpts_free(struct rcpts *); /* leaves an empty set */

#endif
