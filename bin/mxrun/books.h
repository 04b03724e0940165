/* SPDX-License-Identifier: ISC */
/*
 * policy.db and state.db as a run uses them: opened when needed, closed before
 * each fork, because no handle may cross one.
 */
#ifndef BOOKS_H
#define BOOKS_H

#include "job.h"

struct books {
	const struct conf *conf;
	const struct backoff *backoff; /* the run's */
	struct policy_db *policy;
	struct state_db *state;
	bool state_bad; /* said so already */
};

void books_init(struct books *, const struct conf *, const struct backoff *);
void books_close(struct books *);
/* Fills what is known of JOB's domain.  False: policy.db can not be read. */
bool books_look_up(struct books *, struct job *);
/* How little can be expected of the domain's primary, 0 to 4. */
unsigned books_rank(struct books *, const char *domain);
/* The backoff table; the published one when there is none. */
bool books_backoff(struct books *, struct backoff *);
/* A setting of DOMAIN's own (NULL: none), else the general one. */
time_t books_number(
    struct books *, const char *domain, const char *name, time_t fallback);
/* Opens both; false where one can not be. */
bool books_are_open(struct books *);
/* An ETRN run for the domain begins. */
void books_note_etrn(struct books *, const char *domain);
void books_note(struct books *, const char *domain, const struct report *);
/* After several of those: for who does not close them soon. */
void books_trim(struct books *);
/* Takes out of state.db what is of no more use; now and then, not each time. */
void books_prune(struct books *);

#endif
