/* SPDX-License-Identifier: ISC */
/*
 * Both ends of the dialogue with libexec/mx-scan(8), which asks clamd or spamd
 * of one message.  One process, one request on fd 0, one answer on fd 1, both
 * "key=value" lines (pairs.h) ended by an empty line; the message, a regular
 * file, is fd 3.
 *
 *	what=malware|spam socket=PATH|IP:PORT offset=N size=N trace=FIELDS
 *	deadline_ms=N
 *	  -> result=clean|found|toobig|failed name= score= threshold= reason=
 *
 * Name is clamd's signature, or the rules of SpamAssassin that hit; trace may
 * be repeated where it is long.
 */
#ifndef SCANPROTO_H
#define SCANPROTO_H

#include <limits.h>
#include <stdint.h>

#include "helper.h"

enum scan_what { SCAN_MALWARE, SCAN_SPAM };
enum scan_result {
	SCAN_CLEAN, /* of spam: there is a score; whether it is spam is the
		       caller's to say */
	SCAN_FOUND,
	SCAN_TOO_BIG, /* neither clean nor infected: not looked at whole */
	SCAN_FAILED
};

enum { SCAN_NAME = 256, SCAN_REASON = 128, SCAN_TRACE = 4096 };
enum { SCAN_DEADLINE_MS = 60000 }; /* of a request that names none */

struct scan_request {
	enum scan_what what;
	const char *socket; /* path, or IP:PORT, [IP]:PORT */
	int fd;		    /* the message; not owned */
	uint64_t offset, size;
	const char *trace; /* fields to put before it, CR LF lines */
	unsigned deadline_ms;
};

struct scan_answer {
	enum scan_result result;
	char name[SCAN_NAME]; /* printable ASCII */
	double score, threshold;
	char reason[SCAN_REASON]; /* of SCAN_FAILED and SCAN_TOO_BIG */
};

/* ---- the client's end: mxrecv ---- */
/* Starts LIBEXEC/mx-scan and asks; others can be started before the answer is
 * fetched.  0: scan_finish() has to follow; -1 with errno. */
int scan_start(
    const char *libexec, const struct scan_request *, struct helper *);
/* Waits for the answer, at most until DEADLINE (wire_now()), and for the end
 * of the process; its death or silence is SCAN_FAILED. */
void scan_finish(struct helper *, int64_t deadline, struct scan_answer *);
/* The answer alone; -1: such a failure. */
int scan_read_answer(struct pairs_in *, int64_t deadline, struct scan_answer *);

/* ---- the server's end: mx-scan ---- */
struct scan_asked { /* a request as it was read */
	enum scan_what what;
	char socket[PATH_MAX], trace[SCAN_TRACE + 1];
	uint64_t offset, size;
	unsigned deadline_ms;
};
/* 0; -1 with errno, EBADMSG for a malformed request. */
int scan_read(int in, struct scan_asked *);
int scan_write(int out, const struct scan_answer *);

#endif
