/* SPDX-License-Identifier: ISC */
#ifndef START_H
#define START_H

#include "conf.h"
#include "sockets.h"

/* Gives up what is not needed, then serves what there is to be served: the
 * sockets, those that we were started with, or the connection at fd 0.
 * Returns an exit status. */
int start(struct conf *, const char *file, struct sockets *);

#endif
