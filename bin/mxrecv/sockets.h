/* SPDX-License-Identifier: ISC */
/*
 * Where connections come from: -l on the command line, a systemd socket unit
 * (sd_listen_fds(3)), or fd 0 of inetd's "wait".
 */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <stdbool.h>

enum { SOCKETS_MAX = 16 };

struct sockets {
	unsigned n;
	int fd[SOCKETS_MAX]; /* listening, non-blocking */
	bool inetd;	     /* who waits for us to end */
};

/* ADDRESS is "192.0.2.1:25", "[2001:db8::1]:25"; port 25 if it has none.
 * NULL, or what is wrong; errno when that is the system's word. */
const char *sockets_open(struct sockets *, const char *address);
/* Takes what we were started with; none where fd 0 is a connection. */
void sockets_inherit(struct sockets *);
void sockets_close(struct sockets *);

#endif
