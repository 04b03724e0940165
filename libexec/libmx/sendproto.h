/* SPDX-License-Identifier: ISC */
/*
 * Both ends of the dialogue with libexec/mx-send(8), the SMTP client.  The
 * requests come on fd 0, a Unix stream socket, in order, each "key=value"
 * lines (pairs.h) ended by an empty line; answers go to fd 1 likewise, in the
 * same order.  A request for a message passes the message's descriptor, a
 * regular file, beside its first octet (SCM_RIGHTS); from a shell, where fd 0
 * is no socket, fd 3 is the message.  It stays open until the next request, so
 * that who unlinked it need not wait for its blocks to be given back.
 *
 *	op=open helo=NAME limit=SECONDS identity= libexec=DIR authorities=FILE
 *	   requiretls=1
 *	   target=IP:PORT host=NAME tls= tlsa= base= domain= owner= lenient=
 *	   [target= …]
 *	  -> status=open|temporary host="name [ip]" reply= ext=SIZE=1,…
 *	     tls=TLSv1.3 cipher= verified=no|pkix|dane failure= why=
 *	     [failed="name [ip]" failure= why= …]
 *	op=mail from= size= offset= cut=AT+OCTETS [cut= …] trace= body=
 *	   smtputf8= requiretls= ret= envid= client=IP name= helo= proto= id=
 *	   rcpt=MAILBOX notify= orcpt= [rcpt= …]
 *	  -> status=open|closed  rcpt=INDEX reply="250 2.0.0 text" …
 *	op=probe from= rcpt=MAILBOX [rcpt= …]
 *	  -> status=open|closed  mail="250 2.1.0 Ok"  rcpt=INDEX reply= …
 *	op=begin from= size= … as in mail, without recipients and message
 *	  -> status=open|closed  mail="250 2.1.0 Ok"
 *	op=rcpt rcpt=MAILBOX notify= orcpt=
 *	  -> status=open|closed  rcpt=0 reply="250 2.1.5 Ok"
 *	op=close
 *	  -> status=closed
 *	op=quit
 *	  -> status=closed, then exit 0
 *
 * A probe asks whether recipients would be accepted, and sends nothing; LIMIT
 * is the time that no step of the session may take.  A transaction may also be
 * said step by step: begin, rcpt for each recipient, and mail with begun=1 and
 * those that were taken, which says neither MAIL nor RCPT again.
 *
 * A cut is counted from the message's first octet; the octets are not sent.
 *
 * One line a key; a repeated key begins the next target or recipient, and
 * trace may be repeated where it is long.  What is left out is "", 0 or none;
 * without size the message ends where its file does.  A recipient without a
 * line in the answer was not asked: the server takes fewer at once, and the
 * rest is for another request.
 */
#ifndef SENDPROTO_H
#define SENDPROTO_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "envelope.h"
#include "ip.h"
#include "reply.h"

enum { SEND_TARGETS = 64, SEND_HOST = DOMAIN_LEN + LITERAL_LEN + 2 };
enum { SEND_EXT = 256, SEND_PROTO = 16, SEND_TLS_TEXT = 64 };
enum { SEND_FAILED = 8, SEND_WHY = 256 };

enum send_op {
	SEND_OPEN,
	SEND_MAIL,
	SEND_PROBE,
	SEND_QUIT,
	SEND_BEGIN,
	SEND_RCPT,
	SEND_CLOSE,
	SEND_OPS
};
enum send_status { SEND_IS_OPEN, SEND_TEMPORARY, SEND_PERMANENT, SEND_CLOSED };
/* PERMANENT is never said of a connection: RFC 5321 gives no leave to bounce
 * mail because a host does not greet. */

/* How the server learns whose message it is, where it offers to. */
enum send_identity {
	IDENTITY_HEADERS, /* it reads the header section; no command */
	IDENTITY_XCLIENT,
	IDENTITY_XFORWARD,
	IDENTITY_AUTO /* the first of XCLIENT, XFORWARD that is offered */
};

/* Who brought a message here.  What is empty is not known. */
struct send_client {
	char ip[IP_TEXT]; /* "": it began here, nothing is told */
	char name[DOMAIN_LEN + 1];
	char helo[DOMAIN_LEN + 1];
	char proto[SEND_PROTO]; /* "ESMTPS", as in Received */
	char id[ID_NAME + 1];	/* its name here */
};

/* What a session has to be, before mail goes over it. */
enum send_tls {
	SEND_TLS_NONE,	  /* in clear: STARTTLS is not used */
	SEND_TLS_MAY,	  /* TLS where it works (RFC 7435), else in clear */
	SEND_TLS_ENCRYPT, /* TLS, with anybody */
	SEND_TLS_VERIFY,  /* with HOST, as its certificate says (RFC 5280) */
	SEND_TLS_DANE	  /* with whom the TLSA records name (RFC 7672) */
};

struct send_target {
	struct ip ip;
	unsigned short port;
	char host[DOMAIN_LEN + 1];
	enum send_tls tls;
	bool lenient; /* VERIFY: a failure is told, and the session goes on */
	const char *tlsa; /* DANE: "3 1 1 hex", parted by line ends; owned by
			     the request on the server's side */
	char base[DOMAIN_LEN + 1]; /* DANE: the domain they were found for */
	/* DANE: whose MX it is, another name that its certificate may bear
	 * (RFC 7672 3.2.2), and the one that its aliases lead to; "": nobody's,
	 * nowhere */
	char domain[DOMAIN_LEN + 1], owner[DOMAIN_LEN + 1];
};

struct send_rcpt {
	char *mailbox;
	unsigned notify;
	char *orcpt;
	bool answered;	    /* else it is left out of the answer */
	struct reply reply; /* of the answer: code 0 means none came, wait */
};

struct send_request {
	enum send_op op;
	/* open */
	unsigned limit; /* seconds; 0: none but RFC 5321's */
	char helo[DOMAIN_LEN + 1];
	enum send_identity identity;
	char libexec[PATH_MAX];	    /* where mx-tls(8) is */
	char authorities[PATH_MAX]; /* for VERIFY; "": the system's */
	bool requiretls; /* only a session that mail with REQUIRETLS may go
			    over (RFC 8689 4.2.1); of mail: it is such */
	size_t ntarget;
	struct send_target target[SEND_TARGETS];
	bool begun; /* of mail: MAIL and RCPT were said already */
	/* mail; of a probe, from and rcpt only */
	int fd; /* the message; owned by the request on the server's side */
	uint64_t offset, size;
	struct cuts cuts; /* what of it is not sent */
	char *from, *trace, *envid;
	enum body body;
	bool smtputf8;
	enum ret ret;
	struct send_client client;
	size_t nrcpt;
	struct send_rcpt *rcpt;
	struct reply mail; /* of the answer to a probe, to begin */
};

struct send_piece { /* of a file: the message */
	int fd;
	uint64_t offset, size;
};

/* What came of STARTTLS. */
struct send_secured {
	char protocol[SEND_TLS_TEXT]; /* "TLSv1.3"; "": in clear */
	char cipher[SEND_TLS_TEXT];
	char verified[SEND_TLS_TEXT]; /* "no", "pkix", "dane" */
	/* of the last failure, even if it was put up with, in the words of
	 * RFC 8460 4.3; and what it was */
	char failure[SEND_TLS_TEXT];
	char why[REPLY_TEXT];
};

struct send_failed { /* a target that was given up for TLS */
	char host[SEND_HOST];
	char failure[SEND_TLS_TEXT], why[SEND_WHY];
};

struct send_answer {
	enum send_status status;
	char host[SEND_HOST];
	struct reply reply; /* of the opening */
	char ext[SEND_EXT]; /* what its EHLO offered and we know */
	struct send_secured tls;
	size_t nfailed; /* of those before HOST; no more than fit */
	struct send_failed failed[SEND_FAILED];
};

/* ---- the client's end: mxrun, and mxrecv's callouts ---- */
struct sender; /* a running mx-send */

/* Starts LIBEXEC/mx-send with a socketpair; NULL with errno. */
struct sender *sender_start(const char *libexec);
/* Each waits for its answer, at most DEADLINE (wire_now()).  0; -1 when the
 * helper died, was silent or spoke nonsense (errno EPROTO, ETIMEDOUT …): the
 * sender is then of no more use but sender_stop(). */
int sender_open(struct sender *, const char *helo, const struct send_target *,
    size_t n, int64_t deadline, struct send_answer *);
/* No step of the sessions opened from now on takes longer. */
void sender_limit(struct sender *, unsigned seconds);
/* How those sessions tell the server of a message's client. */
void sender_identity(struct sender *, enum send_identity);
/* The name here of the messages handed over from now on, for its log. */
void sender_id(struct sender *, const char *id);
/* The session is to be one for mail with REQUIRETLS: x.7.10 or x.7.30 in its
 * answer is about that alone, and the hosts were reached. */
void sender_requiretls(struct sender *, bool);
/* Who vouches for certificates that are to be verified; "": the system's. */
void sender_authorities(struct sender *, const char *file);
/* "auto", "xclient" …; false: S is none of them. */
bool send_identity_parse(const char *s, enum send_identity *);
/* "none", "may" … */
bool send_tls_parse(const char *s, enum send_tls *);
/* Whether RCPT would be accepted from FROM.  Code 0 in either reply: it was not
 * asked, or the session was lost.  0 or -1 as above. */
int sender_probe(struct sender *, const char *from, const char *rcpt,
    int64_t deadline, struct reply *mail, struct reply *answer);
/*
 * A transaction step by step, each waits for its answer; 0 or -1 as above, and
 * code 0 as there.  Of E what is of the message counts, and SIZE if it is known
 * (0: not); then the recipients, one by one; sender_ask_mail() with those who
 * were taken ends it.
 */
int sender_begin(struct sender *, const struct envelope *, uint64_t size,
    int64_t deadline, struct reply *mail);
int sender_rcpt(struct sender *, const struct rcpt *, int64_t deadline,
    struct reply *answer);
/*
 * In two steps, so that one process can wait for many senders: what ask began,
 * hear ends, once sender_fd() is readable.  Between them the sender may only
 * be stopped.
 */
int sender_ask_open(struct sender *, const char *helo,
    const struct send_target *, size_t n, int64_t deadline);
int sender_hear_open(struct sender *, int64_t deadline, struct send_answer *);
/*
 * Hands over one message: those recipients of E that wait.  REPLIES has
 * E->nrcpt members; those asked are filled.  Code 0: the outcome is not known,
 * the text says why ("lost connection with …").  *ALIVE tells whether the
 * session can go on; if so, code 0 with an empty text is a recipient that was
 * not asked, because the server takes fewer at once: journal the others, then
 * ask again.  Each answer is about at least one recipient or ends the session.
 * After -1, too, what REPLIES says stands: a 2xx in it was heard.
 */
int sender_ask_mail(struct sender *, const struct envelope *,
    const struct send_piece *, int64_t deadline);
int sender_hear_mail(struct sender *, const struct envelope *, int64_t deadline,
    struct reply *replies, bool *alive);
int sender_fd(const struct sender *);
/*
 * Ends the session, and does not wait: the sender is at rest, and may be asked
 * to open another once it is rested.  -1: it is of no more use but
 * sender_stop(): it is broken, or it has had so many already.
 */
enum { SEND_RESTS = 50 };
int sender_rest(struct sender *);
/* False: by DEADLINE it is not. */
bool sender_is_rested(struct sender *, int64_t deadline);
/* Says QUIT, and does not wait: sender_stop() will. */
void sender_leave(struct sender *);
/* QUIT if it is open, then waits for the process a moment, then kills. */
void sender_stop(struct sender *);
/* The end at once, in the midst of whatever it does. */
void sender_kill(struct sender *);

/* ---- the server's end: mx-send ---- */
struct send_stream; /* buffered reader of requests */
struct send_stream *send_stream_new(int in, int out);
void send_stream_free(struct send_stream *);
/* 1: *R is filled; 0: end of input; -1: errno, EBADMSG for a malformed
 * request.  In every case free *R with send_request_free. */
int send_read(struct send_stream *, struct send_request *r);
int send_write_open(struct send_stream *, const struct send_answer *);
int send_write_mail(
    struct send_stream *, const struct send_request *, bool alive);
int send_write_probe(
    struct send_stream *, const struct send_request *, bool alive);
int send_write_quit(struct send_stream *);
void send_request_free(struct send_request *);

#endif
