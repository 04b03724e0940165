/* SPDX-License-Identifier: ISC */
/* Requests, one after the other. */
#ifndef SERVE_H
#define SERVE_H

/* SPARE is the message where none comes with a request; -1: then there is none.
 * The exit status. */
int serve(int in, int out, int spare);

#endif
