/* SPDX-License-Identifier: ISC */
/* One question to one scanner: clamd.c, spamd.c, and what they share. */
#ifndef SCAN_H
#define SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanproto.h"

enum { REPLY_MOST = 8192 };

struct scan {
	const struct scan_asked *asked;
	struct scan_answer *answer;
	int message; /* descriptor */
	int fd;	     /* the scanner's socket, non-blocking */
	bool local;  /* of this host: it can be passed descriptors */
	int64_t deadline;
	size_t len;
	char reply[REPLY_MOST + 1];
};

/* Connects; what wants files or memory of its own is done here, before the
 * sandbox.  False: the answer says why not. */
bool scan_connect(struct scan *);
/* Each asks and fills the answer. */
void clamd_ask(struct scan *);
void spamd_ask(struct scan *);

/* All N octets.  False: the answer says why not. */
bool scan_send(struct scan *, const void *, size_t n);
/* Octets AT … END of the message, in pieces that PIECE sends. */
bool scan_send_message(struct scan *, uint64_t end,
    bool (*piece)(struct scan *, const char *, size_t));
/* Until the octet STOP (-1: the end of the stream); the reply has no more than
 * REPLY_MOST octets, and a NUL behind them. */
bool scan_hear(struct scan *, int stop);
/* Sets SCAN_FAILED and a reason; returns false. */
bool scan_failed(struct scan *, const char *why);

#endif
