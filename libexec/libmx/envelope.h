/* SPDX-License-Identifier: ISC */
/*
 * The envelope of a message and what has happened to it, in memory: what the
 * journal (mx-spool(5)) says, one struct for mxrecv which writes it and
 * mxrun and mxq which read it.
 */
#ifndef ENVELOPE_H
#define ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "bounds.h"
#include "cuts.h"
#include "id.h"
#include "param.h"
#include "record.h"

enum { JOURNAL_PIECE = 2000 }; /* octets of a trace in one record */
/* The end of year 9999: no sum of times overflows. */
#define JOURNAL_TIME_MOST UINT64_C(253402300799)

enum rcpt_state {
	RCPT_WAITING,
	RCPT_DELIVERED, /* the primary said 2xx */
	RCPT_FAILED,	/* for good; a DSN may still be due */
	RCPT_CLOSED	/* failed, and its DSN is made or not wanted */
};

struct rcpt {
	char *mailbox; /* path.h's mailbox */
	unsigned notify;
	char *orcpt; /* "" if none */
	enum rcpt_state state;
	bool relayed; /* delivered to a server that knows no DSN, and its
			 sender, who asked to hear of it, was not told yet */
	time_t when;  /* of the last event */
	char *host;   /* "primary.example [192.0.2.1]" or "" */
	char *reply;  /* last reply or reason, "550 5.1.1 text"; "" if none */
};

enum envelope_tls { /* what the sender wants (RFC 8689) */
	TLS_AS_SET,
	TLS_REQUIRED, /* REQUIRETLS */
	TLS_OPTIONAL  /* "TLS-Required: No" */
};

struct envelope {
	/* of reception */
	time_t arrived;
	char *sender; /* mailbox; "" is the null path */
	enum body body;
	bool smtputf8;
	enum envelope_tls tls;
	enum ret ret;
	char *envid;	   /* xtext, "" if none */
	char *client;	   /* IP text, "" if local */
	char *client_name; /* confirmed PTR or "" */
	char *helo;
	char *proto;	  /* "ESMTP", "SMTP", "UTF8SMTP" … (RFC 3848, 6531) */
	char *trace;	  /* fields to prepend, CR LF lines; may be "" */
	struct cuts cuts; /* of the message, when it is handed over */
	char *verified;	  /* what is known of the sender (verified.h); "" */
	size_t nrcpt;
	struct rcpt *rcpt;
	/* of a DSN: which message it speaks of, "" otherwise */
	char *about_domain, *about_id;
	unsigned about_n;
	/* of later events */
	bool held;
	char *held_why;	   /* "" when a person did it */
	bool bounce_asked; /* its DSN goes out whatever is known */
	unsigned attempts;
	time_t last_attempt;
	char *last_host, *last_reply; /* of the last attempt, "" if none */
	unsigned dsns;		      /* DSNs made so far */
	unsigned delays;   /* notices of delay made so far, or left out */
	time_t expired_at; /* when it was first seen too old; 0: not yet */
	bool from;	   /* "from" was read */
	bool whole;	   /* "end" was read: envelope_is_whole() */
};

struct envelope *envelope_new(void); /* NULL on ENOMEM; all strings "" */
void envelope_free(struct envelope *);
/* Replaces a string member; 0, or -1 on ENOMEM. */
int envelope_set(char **member, const char *value);
/* A new waiting recipient with copies of the strings; 0 or -1. */
int envelope_add_rcpt(
    struct envelope *, const char *mailbox, unsigned notify, const char *orcpt);

const char *envelope_tls_name(enum envelope_tls); /* "required", NULL … */

/* Number of recipients in a state. */
size_t envelope_count(const struct envelope *, enum rcpt_state);

/*
 * The journal's records, in the order they are written.  Each fills a record
 * ready to be appended; false when it does not fit RECORD_LEN.
 *
 *	from path= arrived= body= smtputf8= tls= ret= envid= verified=
 *	client ip= name= helo= proto=
 *	trace text=                     (repeated where it is long)
 *	cut at= octets=                 (repeated; not handed over)
 *	about domain= id= n=            (of a DSN)
 *	rcpt path= notify= orcpt=       (numbered from 0 in this order)
 *	end rcpts=                      (the envelope is whole)
 *	try at= host= reply=            (an attempt that left some waiting)
 *	done rcpt= at= host= reply= relayed=
 *	fail rcpt= at= host= reply=
 *	dsn n= at= id=                  (all fails so far are reported; id ""
 *					when none was wanted)
 *	delayed n= level= at= id=       (a notice of delay; counts as a DSN)
 *	expired at=
 *	hold at= why=                   (why: not by a person)
 *	release at=  bounce at=         (its DSN is asked for by a person)
 */
bool envelope_record_rcpt(struct record *, const struct rcpt *);
bool event_try(struct record *, time_t, const char *host, const char *reply);
bool event_done(
    struct record *, size_t rcpt, time_t, const char *host, const char *reply);
/* "done", and the sender is to be told that it was relayed. */
bool event_relayed(
    struct record *, size_t rcpt, time_t, const char *host, const char *reply);
bool event_fail(
    struct record *, size_t rcpt, time_t, const char *host, const char *reply);
bool event_dsn(struct record *, unsigned n, time_t, const char *id);
struct event_delay {
	unsigned n, level;
	const char *id; /* "": none was to be made */
};
bool event_delayed(struct record *, time_t, const struct event_delay *);
bool event_hold(struct record *, time_t, const char *why);
bool event_mark(struct record *, const char *type, time_t); /* the rest */

/* Calls EMIT for each record of a whole envelope up to "end"; stops at, and
 * returns, the first value that is not 0; -1 with EMSGSIZE if a record does not
 * fit. */
int envelope_emit(const struct envelope *,
    int (*emit)(void *, const char *line, size_t n), void *ctx);

/*
 * Applies one parsed record.  0; -1 with EBADMSG when it is not valid here (an
 * unknown type, a recipient that does not exist, an event before "end"), or
 * with ENOMEM.
 */
int envelope_apply(struct envelope *, const struct record_view *);
/* "end" was applied and its count is right. */
bool envelope_is_whole(const struct envelope *);

#endif
