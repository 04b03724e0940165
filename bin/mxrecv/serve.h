/* SPDX-License-Identifier: ISC */
#ifndef SERVE_H
#define SERVE_H

#include "conf.h"

/* Serves one connection to its end.  Returns an exit status. */
int serve(const struct conf *, int in, int out);

#endif
