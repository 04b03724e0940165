/* SPDX-License-Identifier: ISC */
/*
 * Every limit in one place, each with its source.  A limit protects memory,
 * time or the primary; what a standard promises to senders is never cut.
 */
#ifndef BOUNDS_H
#define BOUNDS_H

#include <stdint.h>

enum {
	/* Names and paths. */
	DOMAIN_LEN = 253,  /* RFC 1035 2.3.4, without the root's dot */
	LABEL_LEN = 63,	   /* RFC 1035 2.3.4 */
	MAILBOX_LEN = 320, /* RFC 5321 4.5.3.1.1-3 promise 64@255 */
	ENVID_LEN = 100,   /* RFC 3461 4.4 */
	ORCPT_LEN = 500,   /* RFC 3461 4.2 */
	LITERAL_LEN = 53,  /* RFC 5321 4.1.3: "[IPv6:" 45 octets "]" */
	ID_LEN = 20,	   /* ours: see id.h */

	/* The dialogue. */
	COMMAND_LEN = 2048, /* RFC 5321 4.5.3.1.4: 512, RFC 3461 adds 500 */
	REPLY_LEN = 512,    /* RFC 5321 4.5.3.1.5: one line, CRLF included */
	REPLY_LINES = 100,  /* ours: lines of one reply from a server */
	RECIPIENTS = 1000,  /* RFC 5321 4.5.3.1.8 asks for 100 or more */
	RECIPIENT_DOMAINS = 100, /* ours, told by LIMITS (RFC 9422) */
	PROTOCOL_ERRORS = 10,	 /* RFC 5321 4.3.2 leaves it to us */

	/* The message. */
	HEADER_LEN = 256 * 1024, /* ours: the header section */
	RECEIVED_FIELDS = 100,	 /* RFC 5321 6.3: at least 100 */
	OWN_RECEIVED_FIELDS = 3, /* ours: our own name among them */

	/* Time, in seconds. */
	IDLE_TIMEOUT = 300,	   /* RFC 5321 4.5.3.2.7 */
	SESSION_TIMEOUT = 3600,	   /* ours: 1 GiB at 300 kB/s */
	RATE_GRACE = 60,	   /* ours: time before the rate below counts */
	RATE_MINIMUM = 1024,	   /* ours: octets a second while in data */
	PTR_TIMEOUT = 5,	   /* ours: PTR, its forward, DNS lists */
	BOUNCE_AFTER = 31 * 86400, /* published: DESIGN, Queue */
	DSN_EXPIRE = 5 * 86400,	   /* ours: RFC 5321 4.5.4.1's 4-5 days */
	ATTEMPT_MAX_WAIT = 3 * 3600, /* published: DESIGN, Queue */
	ETRN_INTERVAL = 60,	     /* ours: one run a minute for a domain */
	/* What a client waits for the checks of one command, with some seconds
	 * besides for helpers to end.  Ours: RFC 5321 4.5.3.2.3 lets it leave
	 * after 5 minutes, 4.5.3.2.6 after 10. */
	CHECKS_COMMAND = 50,
	CHECKS_DATA = 110,
	/* ... and besides, where a primary answers for us: with both a client
	 * has its word well before it may leave. */
	THROUGH_COMMAND = 30,
	THROUGH_DATA = 300,
	CALLOUTS_SLOW = 10, /* ours: of a connection, for slow callouts */

	/* What tests go by where policy.db can not be read, in seconds. */
	GREYLIST_DELAY = 300, /* published: mx-schema(5), table setting */
	GREYLIST_WINDOW = 2 * 86400,
	GREYLIST_WHITE = 36 * 86400,
	GREYLIST_POOL = 64,   /* networks a day, of one domain */
	RECIPIENT_BUDGET = 5, /* in 10 minutes, of a network */
	CALLOUT_TARGET = 6,   /* a minute, to one domain */
	CALLOUT_ALL = 60,     /* a minute */
	REPEAT_MEMORY = 4 * 3600,
	DECISIONS_KEEP = 30 * 86400,
	SPAM_THRESHOLD = 6,  /* published: DESIGN */
	CONNECTIONS = 20,    /* to one primary at once */
	DSN_LIMIT = 20,	     /* a day to one address that nothing vouches for */
	SETTLE_WAIT = 86400, /* its 5xx are not believed, once in doubt */

	/* The client's patience, in seconds. */
	WAIT_CONNECT = 30,   /* ours: RFC 5321 has none */
	WAIT_GREETING = 300, /* RFC 5321 4.5.3.2.1 */
	WAIT_COMMAND = 300,  /* RFC 5321 4.5.3.2.2-3: MAIL, RCPT; EHLO too */
	WAIT_DATA = 120,     /* RFC 5321 4.5.3.2.4 */
	WAIT_BLOCK = 180,    /* RFC 5321 4.5.3.2.5 */
	WAIT_END = 600,	     /* RFC 5321 4.5.3.2.6 */
	WAIT_QUIT = 2,	     /* ours: nothing depends on it */
	WAIT_MESSAGE = 3600, /* ours: a message in all, and one more ... */
	WAIT_RATE = 16384,   /* ... for so many octets */
	SERVER_LINE = 2048, /* ours: RFC 5321 4.5.3.1.5 has 512, not all heed */

	/* The spool. */
	SPACE_RESERVE_PERCENT = 5, /* of blocks and of inodes kept free ... */
	SPACE_RESERVE = 1 << 30,   /* ... but no more octets than this */
	INODE_RESERVE = 10000,	   /* ... and no more inodes */
	JOURNAL_LEN = 64 << 20,	   /* a longer journal is damage */
	BLOCK_LEN = 8 << 20, /* ours: of helpers; 1,000 recipients have 3 MB */
	RECORD_LEN = 8192    /* ours: one line of the journal */
};

#define MESSAGE_SIZE ((uint64_t)1 << 30) /* published: 1 GiB */

#endif
