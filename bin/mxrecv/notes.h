/* SPDX-License-Identifier: ISC */
/*
 * What was decided in a connection, kept until its end and then written into
 * table decision in one transaction.  Bounded: what is too much is counted.
 */
#ifndef NOTES_H
#define NOTES_H

#include <stddef.h>
#include <time.h>

#include "oracle.h"
#include "statedb.h"

enum { NOTES_MAX = 512 };

struct note {
	time_t at;
	unsigned serial;
	const char *test, *outcome, *verdict; /* constants */
	char *words; /* reason, sender, recipient, helo, message; NUL after each
		      */
	long ms;
};

struct notes {
	size_t n, room, left_out;
	struct note *note;
};

void notes_add(struct notes *, const struct session *, const struct noted *);
/* What became of the message. */
struct noted_message {
	const char *what; /* constant: "accepted" into the spool, "relayed" */
	const char *id, *reason;
};
void notes_message(
    struct notes *, const struct session *, const struct noted_message *);
/* 0; -1: they could not be written.  Empties the notes in any case. */
int notes_write(struct notes *, const struct session *, struct state_db *);
/* The same to the scribe, by the socket. */
int notes_send(struct notes *, const struct session *, int scribe);
void notes_free(struct notes *);

#endif
