/* SPDX-License-Identifier: ISC */
#ifndef SERVE_H
#define SERVE_H

#include "ready.h"

/* All of OpenSSL that may be needed; before ready_load(). */
void serve_init(void);
/* Serves the request on fd 0 and 1 to the end of the connection, with what is
 * READY (or NULL) if it asks for that.  The network socket is SPARE when none
 * came along.  Returns an exit status. */
int serve(const struct ready *, int spare);

#endif
