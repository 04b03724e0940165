/* SPDX-License-Identifier: ISC */
/*
 * One domain's messages to its primary.  A delivery has lanes: each is a
 * session with an mx-send of its own, reused as long as it lives (RFC 5321
 * 3.3), and carries one message at a time.  One process waits for all of them.
 */
#ifndef DELIVER_H
#define DELIVER_H

#include "demand.h"
#include "dns.h"
#include "doubt.h"
#include "due.h"
#include "job.h"
#include "kept.h"
#include "learned.h"
#include "lineup.h"
#include "pace.h"
#include "route.h"
#include "sendproto.h"
#include "tally.h"

struct delivery;

enum lane_state {
	LANE_CLOSED,  /* no session */
	LANE_OPENING, /* with the message that it is opened for */
	LANE_IDLE,    /* a session and no message */
	LANE_BUSY     /* a message is on its way */
};

struct lane {
	struct delivery *d;
	enum lane_state state;
	struct sender *sender; /* NULL: none runs */
	struct send_answer server;
	struct message message;
	bool sure;	  /* the session is one for REQUIRETLS, or is to be */
	bool unmet;	  /* ... and can not be: server.reply says why */
	bool waived;	  /* it is one for "TLS-Required: No" alone */
	bool large;	  /* it is one */
	bool at_rest;	  /* it is unlinked */
	bool provisional; /* refused, while that is not believed yet */
	struct reply *replies;
	size_t room;		 /* of replies */
	int64_t asked, deadline; /* of what is under way */
};

struct delivery {
	const struct run *run;
	const struct job *job;
	struct due *due;
	int dir; /* queue/<domain>, locked */
	int fd;	 /* for reports */
	struct report *report;
	struct kept *kept;
	struct primary primary; /* as it is known here */
	struct dns *dns;	/* of what is kept */
	struct route route;
	struct demand demand; /* what its targets have to be */
	struct route waived;  /* all that were found, for who does not care */
	struct lane lane[LANES_MAX];
	size_t at;			 /* of due: whose turn it is */
	size_t again[LANES_MAX], nagain; /* ... but these before */
	struct lineup lineup;
	struct pace pace;
	struct doubt doubt;
	struct learned learned;
	struct tally_tls tally;
	unsigned lost;	  /* sessions lost in a row */
	bool down;	  /* not to be reached in this run, as it has to be */
	bool away;	  /* ... nor for mail that does not care about TLS */
	bool no_such;	  /* route: permanently none */
	char reason[600]; /* of either */
	time_t began;
	unsigned gone;	   /* messages unlinked */
	unsigned unsynced; /* names unlinked since the last sync */
	int64_t synced;	   /* when that was */
	int64_t told;	   /* when progress was reported */
	int64_t next;	   /* no message is begun before (messages a minute) */
};

struct work { /* a worker's domain */
	const struct run *run;
	const struct job *job;
	struct kept *kept;
	int fd; /* for reports */
};

/* deliver.c: all that is due. */
void delivery_begin(
    struct delivery *, const struct work *, struct due *, struct report *);
void delivery_run(struct delivery *);
void delivery_end(struct delivery *);

/* lane.c: takes the message that is open and ready in L, and settles what can
 * be settled at once. */
void lane_take(struct lane *);
/* What was asked is answered, or its time is over. */
void lane_hear(struct lane *);
/* Takes its message away from a lane that is still being opened. */
void lane_give_up(struct lane *);
void lane_end(struct lane *);
unsigned lanes_in(const struct delivery *, enum lane_state);

/* connect.c: sets out to open a session; false: the domain is down. */
bool connect_begin(struct lane *);
/* It was answered; false: not opened, and the domain is down, or has enough. */
bool connect_hear(struct lane *);
/* The domain is down for the message that L has: the demands on a session are
 * not waived, or are not what keeps it from being reached. */
bool connect_is_down(const struct lane *l);
void disconnect(struct lane *);
/* Does not wait; lane_end() does. */
void disconnect_begin(struct lane *);
/* The primary can not be reached; REASON says why. */
void primary_is_down(struct delivery *, const char *host, const char *reason);
/* All that was due was tried; if it was reached, it is UP. */
void primary_has_settled(struct delivery *);

/* settle.c: before a message is handed over: whether what will be said of its
 * recipients can be journalled, which is said if not. */
bool settle_has_room(struct lane *);
/* Journals replies; what is done with the message then. */
void settle_replies(struct lane *);
void settle_failure(struct lane *, const char *host, const char *reply);
void settle(struct lane *);
void sync_directory(struct delivery *, bool now);

/* refusal.c: a recipient was refused; whether that is final. */
bool refusal_is_final(struct lane *, size_t rcpt);
/* … was taken. */
void refusal_not(struct lane *, size_t rcpt);
/* The walk is over. */
void refusal_end(struct delivery *);

#endif
