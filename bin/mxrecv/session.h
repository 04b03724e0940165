/* SPDX-License-Identifier: ISC */
/*
 * One connection's dialogue (RFC 5321 3, 4.1), without its descriptors: lines
 * go in, a reply and what to do next come out.  A session holds at most one
 * transaction; RSET is one call.
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf.h"
#include "content.h"
#include "finding.h"
#include "id.h"
#include "oracle.h"
#include "path.h"
#include "policydb.h"
#include "rcpts.h"
#include "reply.h"
#include "store.h"
#include "tlsproto.h"
#include "wire.h"

/* What the dialogue has come to; bits, for the verb table. */
enum phase {
	PHASE_CONNECTED = 1, /* no HELO yet */
	PHASE_GREETED = 2,
	PHASE_MAIL = 4, /* a reverse-path, no recipient yet */
	PHASE_RCPT = 8, /* a recipient or more */
	PHASE_BDAT = 16 /* some chunks have come (RFC 3030 2) */
};

enum next { /* what the owner of the descriptors does after the reply */
	NEXT_LINE,
	NEXT_DATA,     /* octets up to CR LF . CR LF, then session_data_end() */
	NEXT_CHUNK,    /* session.chunk octets, then session_chunk_end(); the
			  reply comes after them */
	NEXT_STARTTLS, /* the handshake, then session_secured(); the reply is
			  his who does it */
	NEXT_CLOSE
};

struct client { /* who is at the other end */
	struct ip ip;
	char name[DOMAIN_LEN + 1]; /* confirmed PTR (RFC 8601 2.7.3), or "" */
	enum answer named;	   /* UNAVAILABLE: not known, or not yet */
	enum verdict verdict;	   /* of table client; OFF if it has none */
	bool welcome;		   /* table client lets it past every test */
	bool passed_lately;	   /* it is no stranger to the greylist */
};

enum { CHECKS_MAX = 32 };

struct result { /* of a check, kept for the next recipient */
	bool known, told;
	enum outcome outcome;
	long ms;
	struct finding finding; /* unless it passed */
};

struct transaction {
	struct path sender;
	struct mail_params params;
	struct rcpts rcpts;
	unsigned refused;	     /* recipients that were not taken */
	char domain[DOMAIN_LEN + 1]; /* the row of the first that was; "" */
	bool through;		     /* the primary answers for us */
	struct result result[CHECKS_MAX];
	struct content content;
	bool content_open;
};

struct counters { /* of the session's one log line */
	unsigned messages, recipients, refused, errors;
	uint64_t octets;
};

struct session {
	const struct conf *conf;
	const struct store *store;
	const struct oracle *oracle; /* NULL: nobody is asked */
	char id[ID_NAME + 1];	     /* of the connection */
	struct client client;
	enum phase phase;
	bool early;		   /* it spoke before its turn */
	bool extended;		   /* EHLO, not HELO */
	char helo[DOMAIN_LEN + 1]; /* as it is written in Received */
	struct tls_answer tls;	   /* up: what is said came through TLS */
	struct transaction mail;
	unsigned serial;	/* counts transactions, from 1 */
	const char *refused_by; /* the last test that stopped something */
	uint64_t chunk;		/* NEXT_CHUNK: octets to come */
	bool last_chunk;
	struct counters count;
	int64_t deadline; /* of the checks that are made, wire_now() */
	/* the recipient that the checks of STAGE_RCPT look at */
	const struct path *rcpt;
	enum answer handled;
	struct domain_row row;
};

void session_init(struct session *, const struct conf *, const struct store *);
void session_end(struct session *); /* frees; drops what was not accepted */

/* The client spoke before the greeting had ended, or before EHLO's answer. */
void session_spoke_early(struct session *);

/* One line, without its end.  Fills R (code 0: nothing to say yet). */
enum next session_line(
    struct session *, const char *line, size_t n, struct reply *r);
/* A line that is no command: too long, ended by a bare LF. */
enum next session_bad_line(
    struct session *, enum wire_status why, struct reply *r);

/* Octets of NEXT_DATA; returns how many were taken, less than N only at the
 * end of data: *ENDED. */
size_t session_data(
    struct session *, const char *octets, size_t n, bool *ended);
enum next session_data_end(struct session *, struct reply *r);
/* Octets of NEXT_CHUNK, all taken. */
void session_chunk(struct session *, const char *octets, size_t n);
enum next session_chunk_end(struct session *, struct reply *r);

/* TLS begins: nothing that was said before counts (RFC 3207 4.2). */
void session_secured(struct session *);

/* RSET, and the end of every transaction. */
void session_reset(struct session *);

#endif
