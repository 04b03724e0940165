/* SPDX-License-Identifier: ISC */
/* What a steering command says of each message. */
#ifndef DONE_H
#define DONE_H

#include "mxq.h"

void done_row(struct mxq *, const struct target *, const char *what);
/* Says on stderr why nothing was done; returns CODE. */
int done_not(const struct target *, const char *why, int code);

#endif
