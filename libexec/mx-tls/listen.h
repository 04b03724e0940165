/* SPDX-License-Identifier: ISC */
#ifndef LISTEN_H
#define LISTEN_H

struct listening {
	const char *path; /* of the socket that was made; NULL: passed to us */
	int socket;
	char **argv;
};

/* The socket that systemd has passed to this process, or one at PATH unless
 * that is NULL.  1; 0: neither; -1 with errno. */
int listen_open(struct listening *, const char *path);
/* Serves all connections, each in a child, until SIGTERM.  CONF is mx.conf.
 * Returns an exit status. */
int listen_run(const struct listening *, const char *conf);

#endif
