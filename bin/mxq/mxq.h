/* SPDX-License-Identifier: ISC */
/*
 * mxq: sees and steers the queue.  What the commands share.  A command returns
 * an exit code; of several messages the highest counts.
 */
#ifndef MXQ_H
#define MXQ_H

#include <stdbool.h>

#include "conf.h"
#include "names.h"
#include "out.h"
#include "spool.h"

enum { MXQ_NONE = 1 /* no such message */ };

struct mxq {
	struct conf conf;
	struct spool spool;
	struct out out;
	struct state_db *state; /* by primary_of(); NULL: not there */
	bool state_asked;
	bool yes;   /* -y: does not ask */
	bool trace; /* -t: with the trace fields */
};

/* One message, named by the command line. */
struct target {
	const char *domain; /* the directory's name */
	const char *id;
	int dir;
};

int mxq_list(struct mxq *, char *args[]);
int mxq_show(struct mxq *, char *args[]);
int mxq_cat(struct mxq *, char *args[]);
int mxq_hold(struct mxq *, char *args[]);
int mxq_release(struct mxq *, char *args[]);
int mxq_retry(struct mxq *, char *args[]);
int mxq_bounce(struct mxq *, char *args[]);
int mxq_drop(struct mxq *, char *args[]);
int mxq_stats(struct mxq *, char *args[]);
int mxq_bad(struct mxq *, char *args[]);
int mxq_why(struct mxq *, char *args[]);

/* Calls EACH for every message that ARGS name: "id", "domain/id" and, when
 * DOMAINS, "domain" for all that wait there. */
int target_each(struct mxq *, char *args[], bool domains,
    int (*each)(struct mxq *, const struct target *));
/* The domains that ARG names, or all when it is NULL: their directories. */
int target_domains(struct mxq *, const char *arg, struct names *);
/* message_open(), with a sentence on stderr and an exit code unless 0. */
int target_open(const struct target *, enum message_mode, struct message *);
/* A sentence on stderr about errno; its exit code. */
int target_trouble(const char *domain, const char *id);
/* A name that others may have chosen, safe for stderr. */
const char *target_name(const char *domain, const char *id);

/* "waiting", "held", "failed" (a bounce is due), "done". */
const char *envelope_word(const struct envelope *);

#endif
