/* SPDX-License-Identifier: ISC */
#ifndef SERVE_H
#define SERVE_H

#include "tlsproto.h"

/* Serves one request on fd 0 and 1 to the end of the connection.  Returns an
 * exit status. */
int serve(const struct tls_request *, int network);

#endif
