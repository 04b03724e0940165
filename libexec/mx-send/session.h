/* SPDX-License-Identifier: ISC */
/*
 * One connection to a server: octets out, replies in, each step within its
 * time (RFC 5321 4.5.3.2).  A session that went wrong is closed at once and
 * says why; it is never made to go on.
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "ehlo.h"
#include "helper.h"
#include "reply.h"
#include "sendproto.h"
#include "wire.h"

enum step { /* what the session is at */
	STEP_GREETING,
	STEP_EHLO,
	STEP_STARTTLS,
	STEP_XCLIENT,
	STEP_XFORWARD,
	STEP_MAIL,
	STEP_RCPT,
	STEP_DATA,
	STEP_BLOCK,
	STEP_END,
	STEP_RSET,
	STEP_QUIT
};

enum { XCLIENT_LINE = 512 + 1 }; /* with CR LF and a NUL */

struct session {
	/* how it was opened, to do it once more */
	struct send_target target;
	char helo[DOMAIN_LEN + 1];
	enum send_identity identity;
	char libexec[PATH_MAX], authorities[PATH_MAX];
	char *tlsa;	 /* what target.tlsa points to */
	bool no_xclient; /* it was refused: not tried again */
	bool resting;	 /* closed until there is another message */
	/* the connection */
	int fd;		   /* -1: closed; over TLS, the plain end */
	struct helper tls; /* mx-tls(8), while secured.protocol is not "" */
	struct send_secured secured;
	char host[SEND_HOST];
	struct ehlo ehlo;
	unsigned xclient;	  /* attributes that its first EHLO offered */
	char shown[XCLIENT_LINE]; /* the XCLIENT in force; "": none */
	bool no_xforward;	  /* it was refused */
	unsigned limit;		  /* seconds no step may pass; 0: RFC 5321's */
	int64_t until;	/* the end of the message's time, INT64_MAX: none */
	bool unclean;	/* a transaction was left: RSET before the next */
	bool begun;	/* one is open, said step by step */
	bool listening; /* no reply is outstanding while we send: one that
			   comes is the server's refusal to read on */
	unsigned mails; /* transactions begun */
	char why[REPLY_TEXT]; /* what closed it */
	struct reply
	    said; /* what it said out of turn before; code 0: nothing */
	struct wire wire;
};

bool session_is_open(const struct session *);
/* TLS with whom it is meant to be with, and REQUIRETLS (RFC 8689 4.2.1). */
bool session_is_sure(const struct session *);
/* A connected, non-blocking socket, which the session owns from now on. */
void session_init(struct session *, int fd, const char *host);
int64_t session_deadline(const struct session *, enum step);

/* Each returns false when the session was lost, and is then closed. */

/* All N octets; MORE: others follow at once, so wait for them. */
bool session_push(
    struct session *, enum step, const char *octets, size_t n, bool more);
/* Until the socket takes more; while listening, an answer is the end. */
bool session_wait(struct session *, enum step, int64_t deadline);
/*
 * The next reply, whatever its code.  A 421 is a reply like others, but closes
 * the session (RFC 5321 3.8).  Lines go to EHLO too unless it is NULL.
 */
bool session_reply(struct session *, enum step, struct reply *, struct ehlo *);
bool session_command(
    struct session *, enum step, const char *line, struct reply *);
/* Nothing may have come in that was not asked for: an answer out of the blue
 * would be taken for that of the next command. */
bool session_is_quiet(struct session *, enum step);

/* These close it, note why, and return false. */

/* Writing failed, or something came out of turn: the server may have said why,
 * and that becomes said. */
bool session_hear_out(struct session *, enum step);
/* It said what cannot be said here. */
bool session_said(struct session *, enum step, const struct reply *);
/* WHAT goes before the server's name: "lost connection with". */
bool session_lost(struct session *, enum step, const char *what);

/* QUIT, and a moment for its answer.  It may be resting afterwards. */
void session_close(struct session *);
/* The same; nothing that was said in it is left behind. */
void session_forget(struct session *);

#endif
