/* SPDX-License-Identifier: ISC */
/*
 * Listens, and forks a child for each connection: configuration and policy are
 * at hand in it, and nothing is executed.
 */
#ifndef LISTEN_H
#define LISTEN_H

#include "conf.h"
#include "sockets.h"

/* Until SIGTERM, or until nobody has come for long where inetd waits; then
 * until the last child has ended.  SIGHUP: FILE is read again.  Returns an
 * exit status. */
int listen_run(struct conf *, const char *file, struct sockets *);

#endif
