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
/* The backoff table; the published one when there is none. */
bool books_backoff(struct books *, struct backoff *);
/* An ETRN run for the domain begins. */
void books_note_etrn(struct books *, const char *domain);
void books_note(struct books *, const char *domain, const struct report *);
/* Takes out of state.db what is of no more use; now and then, not each time. */
void books_prune(struct books *);

#endif
