/* SPDX-License-Identifier: ISC */
/* What the parts of sendproto share; no one else includes it. */
#ifndef SENDPROTO_PARTS_H
#define SENDPROTO_PARTS_H

#include "keys.h"
#include "sendproto.h"

enum { SEND_REPLY_TEXT = REPLY_TEXT + ENHANCED_LEN + 16 };

enum { SEND_STATUSES = SEND_CLOSED + 1 };
extern const char *const send_status_name[SEND_STATUSES];

/* "550 5.1.1 text" on one line, "0 text" where no reply came.  What is not
 * printable ASCII becomes '?', so that a server's octets go no further. */
void send_reply_format(const struct reply *, char out[SEND_REPLY_TEXT]);
/* The way back; false, and code 0, when S is nothing of the kind. */
bool send_reply_parse(const char *s, struct reply *out);

/* A request, which begins with "op"; and setters of its parameters. */
extern const struct key send_request_keys[];
bool send_set_body(void *, const char *);
bool send_set_ret(void *, const char *);
bool send_set_envid(void *, const char *);
bool send_set_notify(void *, const char *);
bool send_set_orcpt(void *, const char *);
/* What is demanded of TLS, and what came of it. */
void send_add_tls(struct pairs *, const struct send_target *);
void send_add_secured(struct pairs *, const struct send_secured *);
void send_add_failed(struct pairs *, const struct send_answer *);
/* What is known of a message's client, for the server's end. */
void send_add_client(struct pairs *, const struct envelope *, const char *id);
/* The client's end: asks, and hears the whole answer, of which it passes over
 * what the table does not have.  0; -1 with errno: the sender is broken. */
int send_ask(struct sender *, struct pairs *, int fd, int64_t deadline);
int send_hear(
    struct sender *, int64_t deadline, const struct key *, void *answer);
/* Of KEY_SET: into a struct reply. */
bool send_set_reply(void *, const char *);
/* Both, of an answer with replies to MAIL and RCPT; each NULL if not wanted. */
int send_ask_probe(struct sender *, struct pairs *, int64_t deadline,
    struct reply *const mail_and_rcpt[2]);
void send_add_rcpt(struct pairs *, const struct rcpt *);
extern const char *const send_identity_name[IDENTITY_AUTO + 1];
extern const char *const send_tls_name[SEND_TLS_DANE + 1];

#endif
