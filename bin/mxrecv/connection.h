/* SPDX-License-Identifier: ISC */
/* The owner of the descriptors: what comes in, what goes out, by when. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "disk.h"
#include "helper.h"
#include "inquiry.h"
#include "peer.h"
#include "session.h"
#include "staff.h"
#include "wire.h"

enum { REPLIES = 8192 }; /* replies held back while more commands wait */

/*
 * In each part what every connection uses stands together, and what is large
 * and mostly not used stands last: a page that is never touched costs nothing,
 * and one that is costs a fault in each process.
 */
struct connection {
	const struct conf *conf;
	int64_t began, deadline; /* of the whole session */
	const char *end;	 /* why it ended, for the log */
	struct store store;
	size_t held;
	bool helped; /* tls runs */
	struct session session;
	struct peer peer;
	struct inquiry inquiry;
	struct wire wire;
	struct disk disk;
	struct helper tls;
	char replies[REPLIES];
	struct staff staff; /* the one part that the next connection has too */
};

/* The time by which the client must have said something. */
int64_t connection_patience(const struct connection *);
/* Holds a reply back, to be sent with others (RFC 2920 3.2). */
bool connection_reply(struct connection *, const struct reply *);
bool connection_flush(struct connection *);
/* Sends octets that are no reply of the dialogue: the greeting. */
bool connection_send(struct connection *, const char *, size_t);
/* Notes why the connection can not go on, and tells the client when that is
 * time. */
void connection_broken(struct connection *, enum wire_status);

/* greet.c: false when the client is gone. */
bool greet(struct connection *);

#endif
