/* SPDX-License-Identifier: ISC */
/*
 * What in queue/<domain> is due: a listing by names and mtimes, without
 * opening a message (mx-spool(5)).
 */
#ifndef DUE_H
#define DUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "id.h"

struct due {
	size_t n, room;
	char (*name)[ID_NAME + 1]; /* in order of arrival */
	time_t next;		   /* the earliest that is not due; 0: none */
	size_t entries;		   /* names of any kind */
};

/* Lists DIR; FORCED: all but what is held is due.  0 or -1 with errno. */
int due_list(struct due *, int dir, bool forced, time_t now);
void due_free(struct due *);
/* NEXT counts for the walk's next time. */
void due_later(struct due *, time_t next);

/* A time of next attempt that no clock gone wrong has left behind. */
bool due_is_believable(time_t next, time_t now);
int64_t due_mtime_ns(const struct stat *);

#endif
