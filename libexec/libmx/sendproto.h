/* SPDX-License-Identifier: ISC */
/*
 * Both ends of the dialogue with libexec/mx-send(8), the SMTP client.  The
 * requests come on fd 0, a Unix stream socket, in order, each "key=value"
 * lines (values as record.h encodes them) ended by an empty line; answers go
 * to fd 1 likewise, in the same order.  A request for a message passes the
 * message's descriptor beside its first octet (SCM_RIGHTS); from a shell,
 * where fd 0 is no socket, fd 3 is the message.
 *
 *	op=open helo=NAME target=IP:PORT host=NAME [target= host= …]
 *	  -> status=open|temporary|permanent host="name [ip]" reply= ext=SIZE,…
 *	op=mail from= size= offset= trace= body= smtputf8= ret= envid=
 *	   rcpt=MAILBOX notify= orcpt= [rcpt= …]
 *	  -> status=open|closed  rcpt=INDEX reply="250 2.0.0 text" …
 *	op=quit
 *	  -> status=closed, then exit 0
 *
 * One line a key; a repeated key begins the next target or recipient.
 */
#ifndef SENDPROTO_H
#define SENDPROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "envelope.h"
#include "ip.h"
#include "reply.h"

enum { SEND_TARGETS = 64, SEND_HOST = DOMAIN_LEN + LITERAL_LEN + 2 };

enum send_op { SEND_OPEN, SEND_MAIL, SEND_QUIT };
enum send_status { SEND_IS_OPEN, SEND_TEMPORARY, SEND_PERMANENT, SEND_CLOSED };

struct send_target {
	struct ip ip;
	unsigned short port;
	char host[DOMAIN_LEN + 1];
};

struct send_rcpt {
	char *mailbox;
	unsigned notify;
	char *orcpt;
	struct reply reply; /* of the answer: code 0 means none came, wait */
};

struct send_request {
	enum send_op op;
	/* open */
	char helo[DOMAIN_LEN + 1];
	size_t ntarget;
	struct send_target target[SEND_TARGETS];
	/* mail */
	int fd; /* the message; owned by the request on the server's side */
	uint64_t offset, size;
	char *from, *trace, *envid;
	enum body body;
	bool smtputf8;
	enum ret ret;
	size_t nrcpt;
	struct send_rcpt *rcpt;
};

struct send_answer {
	enum send_status status;
	char host[SEND_HOST];
	struct reply reply; /* of the opening */
	char ext[256];
};

/* ---- the client's end: mxrun, and later mxrecv's callouts ---- */
struct sender; /* a running mx-send */

/* Starts LIBEXEC/mx-send with a socketpair; NULL with errno. */
struct sender *sender_start(const char *libexec);
/* Each waits for its answer, at most DEADLINE (wire_now()).  0; -1 when the
 * helper died, was silent or spoke nonsense (errno EPROTO, ETIMEDOUT …): the
 * sender is then of no more use but sender_stop(). */
int sender_open(struct sender *, const char *helo, const struct send_target *,
    size_t n, int64_t deadline, struct send_answer *);
/*
 * Hands over one message: those recipients of E that wait.  REPLIES has
 * E->nrcpt members; those asked are filled (code 0: the session ended before
 * the outcome was known).  *ALIVE tells whether the session can go on.
 */
int sender_mail(struct sender *, const struct envelope *e, int fd,
    uint64_t offset, uint64_t size, int64_t deadline, struct reply *replies,
    bool *alive);
/* QUIT if it is open, then waits for the process a moment, then kills. */
void sender_stop(struct sender *);

/* ---- the server's end: mx-send ---- */
struct send_stream; /* buffered reader of requests */
struct send_stream *send_stream_new(int in, int out);
void send_stream_free(struct send_stream *);
/* 1: *R is filled (free with send_request_free); 0: end of input; -1: errno,
 * EBADMSG for a malformed request. */
int send_read(struct send_stream *, struct send_request *r);
int send_write_open(struct send_stream *, const struct send_answer *);
int send_write_mail(
    struct send_stream *, const struct send_request *, bool alive);
void send_request_free(struct send_request *);

#endif
