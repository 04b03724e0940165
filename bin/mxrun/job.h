/* SPDX-License-Identifier: ISC */
/*
 * One domain to be served in this run: what is known of it before a worker
 * begins, and what the worker reports back.  Plain values, so that they cross
 * a socket, whole (SOCK_SEQPACKET).
 */
#ifndef JOB_H
#define JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "backoff.h"
#include "conf.h"
#include "demand.h"
#include "policydb.h"
#include "primaries.h"
#include "sendproto.h"
#include "spool.h"
#include "usage.h"

enum { LANES_MAX = 50 };

struct job {
	char domain[DOMAIN_LEN + LITERAL_LEN + 1]; /* a literal, for a DSN */
	bool forced;	       /* named, or by ETRN: tried now */
	bool handled;	       /* we are its backup */
	struct domain_row row; /* if handled */
	enum send_identity identity;
	enum tls_wish tls;
	struct primary primary; /* state UNKNOWN: nothing is known */
	struct walk walk;	/* dir_mtime_ns 0: not known */
	unsigned connections;	/* at once, at most */
	bool delay_notice;	/* senders are told of delays */
	bool tlsrpt;		/* what comes of TLS is counted */
	struct usage usage;	/* as it was known */
	unsigned rate;		/* messages a minute; 0: any number */
	unsigned dsn_limit;	/* DSNs a day to one address, unverified */
	time_t settle_wait;	/* seconds of doubt (doubt.h) */
};

struct heard { /* of the primary, in the order it came */
	bool reached, settled, failed;
	time_t at;
	char host[DOMAIN_LEN + LITERAL_LEN + 2];
	char reply[512]; /* why it failed */
};

struct report {
	bool last;	/* the worker is done; else this is progress */
	bool busy;	/* another mxrun serves the domain */
	bool walked;	/* walk is news */
	bool trouble;	/* of our own: see the log */
	bool connected; /* it was reached */
	enum { DOUBT_SAME, DOUBT_BEGUN, DOUBT_OVER } doubt;
	char doubt_why[256];
	struct heard heard;
	bool counted; /* usage and sums are news */
	struct usage usage;
	struct sums sums;
	struct walk walk;
	unsigned due, delivered, deferred, bounced, held;
};

/* What a run shares with its workers. */
struct run {
	const struct conf *conf;
	struct spool spool;
	struct backoff backoff;
	bool progress; /* someone looks on */
};

/* worker.c: serves one job after another, which come on FD, and reports there;
 * until its end, or somebody asks to stop. */
void worker(const struct run *, int fd);

/* Tells the pool how far it is. */
bool report_tell(int fd, const struct report *);

/* Somebody asked us to stop: finish the message in hand. */
bool stopping(void);

#endif
