/* SPDX-License-Identifier: ISC */
/*
 * A helper of libexec/ as a child process: its fd 0 and 1 are one Unix stream
 * socket to us, fd 2 is ours, fd 3 the message if it gets one, and nothing
 * else is open.  What is said over the socket is in pairs.h and in the
 * protocol of each helper.
 */
#ifndef HELPER_H
#define HELPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "pairs.h"

struct helper {
	pid_t pid; /* -1: it is not our child */
	int fd;	   /* our end */
	struct pairs_in in;
};

/* Starts LIBEXEC/NAME with an empty environment; MESSAGE (-1: none) stays the
 * caller's, and shares its offset with the helper's fd 3: pread(2) it.  0; -1
 * with errno, and nothing was started. */
int helper_start(
    struct helper *, const char *libexec, const char *name, int message);
/* One that listens at the socket PATH, started by others.  0; -1 with errno. */
int helper_connect(struct helper *, const char *path);
/* Sends it what it is to do, until DEADLINE.  0; -1 with errno, and it was
 * ended. */
int helper_ask(struct helper *, struct pairs *, int64_t deadline);
/* Closes our end and waits for the process a moment; one that does not end, or
 * that is not to be WAITed for, is killed.  Leaves errno as it is. */
void helper_end(struct helper *, bool wait);

#endif
