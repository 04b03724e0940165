/* SPDX-License-Identifier: ISC */
/* Requests, one after the other. */
#ifndef SERVE_H
#define SERVE_H

/* The exit status. */
int serve(int in, int out);

#endif
