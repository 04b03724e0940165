/* SPDX-License-Identifier: ISC */
/*
 * What in queue/<domain> is due, and what stands there in all: a listing by
 * names, mtimes and sizes, without opening a message (mx-spool(5)).
 */
#ifndef DUE_H
#define DUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "id.h"
#include "usage.h"

enum {
	DUE_LARGE = 1 << 20, /* octets of a file from which one is large */
	DUE_SETTLED = 2 /* seconds after which no name or time comes before one
			   that was seen */
};

struct due_entry {
	char name[ID_NAME + 1];
	bool large;
};

struct due {
	size_t n, room;
	struct due_entry *entry; /* small ones in order of arrival, then large
				    ones likewise */
	time_t next;		 /* the earliest that is not due; 0: none */
	struct usage all;	 /* without delays */
	struct sums settled;	 /* of it, without steered */
};

/* Lists DIR; what would wait longer than LONGEST is due, with 0 all but what is
 * held.  0 or -1 with errno. */
int due_list(struct due *, int dir, time_t longest, time_t now);
void due_free(struct due *);
/* NEXT counts for the walk's next time. */
void due_later(struct due *, time_t next);

/* A time of next attempt that no clock gone wrong has left behind: it is not
 * further away than the LONGEST wait. */
bool due_is_believable(time_t next, time_t longest, time_t now);

#endif
