/* SPDX-License-Identifier: ISC */
/*
 * Who is at the other end: its address at once; its confirmed name, and the
 * lists it is in, when the DNS has answered, which it does while something else
 * is waited for.
 */
#ifndef PEER_H
#define PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "dns.h"
#include "dnsbl.h"
#include "session.h"

struct peer {
	const struct conf *conf;
	bool remote;	  /* the address came from a socket */
	bool names;	  /* its name is asked for */
	struct dns *dns;  /* NULL: nothing is asked, or no longer */
	int64_t deadline; /* of all of it */
	struct client *client;
	struct dns_ptr ptr;
	size_t nzone;
	struct dnsbl list;
	struct dnsbl_zone zone[DNSBL_ZONES];
};

/* In memory that is all zeroes.  Fills CLIENT's address from the socket FD;
 * what is no socket of the Internet is this host. */
void peer_open(
    struct peer *, const struct conf *, int fd, struct client *client);
/* Asks the N zones that the caller has put in. */
void peer_ask_lists(struct peer *, size_t n);
/* Waits for what is still to come, no longer than its deadline. */
void peer_finish(struct peer *);
/* Works on all that until FD (-1: none) is readable, it is done, or UNTIL. */
void peer_step(struct peer *, int fd, int64_t until);
void peer_close(struct peer *);

#endif
