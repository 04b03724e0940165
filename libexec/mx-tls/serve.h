/* SPDX-License-Identifier: ISC */
#ifndef SERVE_H
#define SERVE_H

#include "ready.h"
#include "sandbox.h"

struct served { /* what is there before anybody asks; NULL: nothing */
	struct ready *ready;
	const struct sandbox_filter *filter;
};

/* For one who forks children that serve.  CONF is mx.conf.  0; -1 with errno.
 */
int serve_prepare(struct served *, const char *conf);
/* Serves the request on fd 0 and 1 to the end of the connection.  The network
 * socket is SPARE when none came along.  Returns an exit status. */
int serve(const struct served *, int spare);

#endif
