/* SPDX-License-Identifier: ISC */
/*
 * Who is at the other end: its address at once, its confirmed name when the
 * DNS has answered, which it does while something else is waited for.
 */
#ifndef PEER_H
#define PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "dns.h"
#include "session.h"

struct peer {
	struct dns *dns; /* NULL: no name is to be had */
	struct dns_ptr ptr;
	int64_t deadline; /* of the name */
	struct client *client;
};

/* Fills CLIENT's address from the socket FD; what is no socket of the
 * Internet is this host. */
void peer_open(
    struct peer *, const struct conf *, int fd, struct client *client);
/* Works on the name until FD (-1: none) is readable, it is there, or UNTIL. */
void peer_step(struct peer *, int fd, int64_t until);
void peer_close(struct peer *);

#endif
