/* SPDX-License-Identifier: ISC */
/*
 * Children that have served a connection and wait for the next, where
 * child_connections allows it: the parent hands it over with the descriptor as
 * a message (SCM_RIGHTS), and hears an octet when it has ended.  Both sides of
 * that socket are here.  The parent decides how often and for how long; a child
 * ends when the socket does.
 */
#ifndef STANDBY_H
#define STANDBY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { STANDBY_MS = 60 * 1000 }; /* a child waits no longer */

struct standby_child {
	pid_t pid;
	int fd;	       /* our end of its socket */
	unsigned age;  /* of what it knows */
	unsigned left; /* connections that it may still have */
	int64_t since; /* when it began to wait */
	bool waits;
};

struct standby {
	int watch;    /* readable when one of them has something to say */
	unsigned age; /* of what is known now */
	unsigned waiting;
	unsigned n, room;
	struct standby_child *child;
};

/* 0, or -1 with errno. */
int standby_init(struct standby *);
/* Lets all of them go; in a child of ours, forgets them. */
void standby_free(struct standby *);

/* A socket for a child about to be forked: ends[0] ours, ends[1] its own.  -1:
 * it must do without. */
int standby_socket(int ends[2]);
/* The child of that socket serves, and may have LEFT more.  It is let go when
 * it has served if there is no room for it; -1: it never began. */
void standby_add(struct standby *, pid_t, int fd, unsigned left);
/* Hands CONNECTION to one that waits.  Its pid; 0: there is none. */
pid_t standby_hand(struct standby *, int connection);
/* The next that has said that it is done, or 0. */
pid_t standby_heard(struct standby *);
/* It has ended. */
void standby_remove(struct standby *, pid_t);
/* Lets those go that have waited MS or more. */
void standby_dismiss(struct standby *, int64_t ms);
/* What they were forked with is no longer so: lets each go once it waits. */
void standby_renew(struct standby *);

/* In the child, by its own end: says that it is done, and waits.  The next
 * connection; -1: it is to end. */
int standby_next(int fd);

#endif
