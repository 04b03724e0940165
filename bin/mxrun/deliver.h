/* SPDX-License-Identifier: ISC */
/*
 * One domain's messages to its primary over one session, reused as long as it
 * lives (RFC 5321 3.3; sendproto.h).
 */
#ifndef DELIVER_H
#define DELIVER_H

#include "dns.h"
#include "due.h"
#include "job.h"
#include "route.h"
#include "sendproto.h"

struct delivery {
	const struct run *run;
	const struct job *job;
	struct due *due;
	int dir; /* queue/<domain>, locked */
	struct report *report;
	struct primary primary; /* as it is known here */
	struct dns *dns;
	struct sender *sender; /* NULL: no session */
	struct send_answer server;
	unsigned lost;	   /* sessions lost in a row */
	bool at_rest;	   /* the message in hand is unlinked */
	bool down;	   /* not to be reached in this run */
	bool no_such;	   /* route: permanently none */
	char reason[600];  /* of either */
	unsigned unsynced; /* names unlinked since the last sync */
	int64_t synced;	   /* when that was */
	struct reply *replies;
	size_t room; /* of replies */
	struct route route;
};

void delivery_begin(struct delivery *, const struct run *, const struct job *,
    struct due *, int dir, struct report *);
/* Tries a message that is locked, and settles what comes of it. */
void delivery_try(struct delivery *, struct message *);
/* The same for one whose time may be over, while the primary is down. */
void delivery_expire(struct delivery *, struct message *);
void delivery_end(struct delivery *);

/* connect.c: makes sure of a session.  False: the domain is down. */
bool connect_primary(struct delivery *);
void disconnect(struct delivery *);
/* The primary can not be reached; REASON says why. */
void primary_is_down(struct delivery *, const char *reason);
/* All that was due was tried; if it was reached, it is UP. */
void primary_has_settled(struct delivery *);

/* settle.c: journals replies; what is done with the message then. */
void settle_replies(struct delivery *, struct message *);
void settle_failure(
    struct delivery *, struct message *, const char *host, const char *reply);
void settle(struct delivery *, struct message *);
void sync_directory(struct delivery *, bool now);

#endif
