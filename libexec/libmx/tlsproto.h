/* SPDX-License-Identifier: ISC */
/*
 * Both ends of the dialogue with libexec/mx-tls(8), which speaks TLS on a
 * network socket for one who does not.  They share a stream socket: mx-tls's
 * own as a child process, or a connection to one that a socket unit starts
 * under a user of its own.  The request brings the network socket along.
 *
 *	mode=server certificate=PATH key=PATH [certificate= … key= …]
 *	name=OUR-NAME [ca_file=PATH] deadline_ms=N
 *	mode=client server_name=NAME deadline_ms=N
 *	mode=client verify=pkix name=NAME [name= …] [ca_file=PATH] …
 *	mode=client verify=dane tlsa=3%201%201%20HEX [tlsa= …] name=BASE …
 *	mode=check certificate=PATH key=PATH …
 *	  -> ready=yes
 *	     (when all is loaded: from here on it shakes hands)
 *	  -> up=yes protocol=TLSv1.3 cipher=NAME bits=256 resumed=no
 *	     server_name=NAME verified=no|pkix|dane [peer_name=NAME …]
 *	     failure=certificate-expired|… subject=TEXT reason=TEXT
 *
 * One line a key, a block ended by an empty line.  A block that says up=no with
 * failure= and reason= may stand for either.  After up=yes the same stream
 * carries, both ways, what is in the clear; its end is the connection's, and
 * the other way round.
 */
#ifndef TLSPROTO_H
#define TLSPROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "conf.h"
#include "helper.h"

enum {
	TLS_LIST = 64, /* values of a key */
	TLS_TEXT = 256,
	TLS_WORD = 64,
	TLS_NAMES = 1024,
	TLS_DEADLINE_MS = 60000, /* of a handshake; ours */
	TLS_READY_MS = 10000
};

enum tls_mode { TLS_SERVER, TLS_CLIENT, TLS_CHECK };

enum tls_verify { /* a client's demands */
	TLS_ANY,  /* encryption is all; certificates are not looked at */
	TLS_PKIX, /* a chain to the system's authorities, one of the names */
	TLS_DANE  /* RFC 7672 3: usages 2 and 3, names for usage 2 only */
};

/* What was wrong, in the words of RFC 8460 4.3. */
enum tls_failure {
	TLS_NO_FAILURE,
	TLS_HOST_MISMATCH,
	TLS_EXPIRED,
	TLS_NOT_TRUSTED,
	TLS_TLSA_INVALID, /* not one TLSA record is of use (RFC 7672 2.2):
			     the handshake goes on unverified */
	TLS_VALIDATION,	  /* any other; also of the handshake */
	TLS_FAILURES
};

struct tls_list {
	size_t n;
	const char *item[TLS_LIST];
};

/* Strings are the asker's; tls_read() allocates them. */
struct tls_request {
	enum tls_mode mode;
	/* server, check: PEM files, the chain behind the certificate */
	struct tls_list certificate, key; /* in pairs */
	/* client */
	const char *server_name; /* to be sent as SNI; NULL: none */
	enum tls_verify verify;
	bool lenient; /* what fails to verify is told, and the handshake goes
			 on: MTA-STS in mode testing (RFC 8461 5) */
	struct tls_list tlsa; /* "usage selector type hex" */
	/*
	 * client: names of which the certificate has to bear one; for DANE the
	 * first is the TLSA base domain (RFC 7672 3.2.2).  Server: our own,
	 * whose certificate is for those who name none.
	 */
	struct tls_list name;
	/* client: authorities, NULL: the system's.  Server: those of clients,
	 * which are then asked for a certificate; NULL: they are not. */
	const char *ca_file;
	unsigned deadline_ms; /* of the handshake; 0: TLS_DEADLINE_MS */
};

enum tls_verified { TLS_UNVERIFIED, TLS_BY_PKIX, TLS_BY_DANE };

struct tls_answer {
	bool up;		 /* the stream now carries what is in clear */
	char protocol[TLS_WORD]; /* "TLSv1.3" */
	char cipher[TLS_WORD];	 /* "TLS_AES_256_GCM_SHA384" */
	unsigned bits;
	bool resumed;
	char server_name[DOMAIN_LEN + 1]; /* server: SNI as asked; "" */
	enum tls_verified verified;	  /* the peer's certificate */
	/* server: if it is verified, the DNS names that it is for, a blank
	 * before each; those that find room */
	char peer_names[TLS_NAMES];
	enum tls_failure failure; /* also of a lenient client that is up */
	char subject[TLS_TEXT];	  /* of the peer's certificate; "" if none */
	char reason[TLS_TEXT];	  /* of the failure, printable ASCII */
};

/* The peer is verified, and HOST, in lower case, is one of its names; "*." of a
 * name is for one label (RFC 9525 6.3). */
bool tls_peer_is(const struct tls_answer *, const char *host);
/* Adds a name to its names; false: no room, or none that could be a host's. */
bool tls_add_peer_name(struct tls_answer *, const char *name, size_t n);

extern const char *const tls_failure_name[TLS_FAILURES];
extern const char *const tls_mode_name[], *const tls_verify_name[];
extern const char *const tls_verified_name[], *const tls_yes_or_no[];

/* ---- the asker's end: mxrecv, mx-send ---- */
/*
 * Asks mx-tls, and waits until it is ready to shake hands.  0: tls_finish() has
 * to follow.  -1: nothing runs, and nothing was read from or written to the
 * network; errno, which is EPROTO when A->reason says why.
 */
struct tls_call {
	const char *where; /* a directory (libexec), or the path of a socket */
	int network;	   /* stays the caller's, to be closed once up; -1 in
			      mode check */
	int64_t deadline;  /* wire_now() */
};
int tls_start(const struct tls_call *, const struct tls_request *,
    struct helper *, struct tls_answer *);
/*
 * Waits for the end of the handshake.  0 and A->up: h->fd is the stream, to be
 * read and written as the network socket was; helper_end() when all is over.
 * -1: nothing runs any more, and the network is of no use to anybody; errno,
 * EPROTO when *A says why.  So it always ends in mode check: the certificates
 * can be used, and *A has what is doubtful about them, if anything.
 */
int tls_finish(struct helper *, int64_t deadline, struct tls_answer *);

/* The block behind "ready" alone. */
int tls_read_answer(struct pairs_in *, int64_t deadline, struct tls_answer *);

/* What a server asks for that this is the configuration of; its strings. */
void tls_request_of(const struct conf *, struct tls_request *);
/* Both are a server's, and what one has loaded would do for the other. */
bool tls_same_server(const struct tls_request *, const struct tls_request *);

/* ---- mx-tls's end ---- */
/* *NETWORK: the socket that came along, -1 if none.  0; -1 with errno, EBADMSG
 * for a malformed request. */
int tls_read(int in, struct tls_request *, int *network);
void tls_request_free(struct tls_request *);
int tls_write_ready(int out);
int tls_write(int out, const struct tls_answer *);

#endif
