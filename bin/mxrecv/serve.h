/* SPDX-License-Identifier: ISC */
#ifndef SERVE_H
#define SERVE_H

#include "conf.h"

struct policy_db;

/* What a parent that listens lends its children. */
struct lent {
	struct policy_db *policy; /* NULL: read the file */
	int scribe;		  /* -1: write state.db oneself */
	int standby;		  /* ours of standby_socket(); -1: none */
};

/* Serves one connection to its end, and where the parent lends a socket for
 * more, those that it hands over, one after the other.  Returns an exit
 * status. */
int serve(const struct conf *, const struct lent *, int in, int out);

#endif
