/* SPDX-License-Identifier: ISC */
/*
 * Which domains a run serves, in which order: those that ETRN asked for, then
 * all that have a directory in the queue.
 */
#ifndef JOBS_H
#define JOBS_H

#include <stdbool.h>
#include <stddef.h>

#include "books.h"
#include "spool.h"

struct jobs {
	size_t n, room;
	struct job_name {
		char *domain;
		bool forced;
		unsigned rank; /* what is alive comes first */
		size_t number; /* as it came */
	} * name;
};

/* Takes the flags in etrn/, then reads queue/.  0, or -1 with errno. */
int jobs_collect(struct jobs *, const struct spool *, struct books *);
/* The domains named on the command line, "@domain" with those below it.
 * False: WORD is no domain. */
bool jobs_add_named(struct jobs *, const struct spool *, const char *word);
/* Those first that were asked for, then those whose primary is known to be
 * there, those that are down last. */
void jobs_sort(struct jobs *, struct books *);
void jobs_free(struct jobs *);

#endif
