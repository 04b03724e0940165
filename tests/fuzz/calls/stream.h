/* SPDX-License-Identifier: ISC */
/*
 * A socket in memory: what is read from STREAM is what was set, then its end,
 * and what is written to it is kept.  An execution costs no system call.
 */
#ifndef STREAM_H
#define STREAM_H

#include <stddef.h>

enum { STREAM = 1 << 20, STREAM_PASSED };

/* Comes in next; it is not copied.  What was written is forgotten. */
void stream_set(const void *, size_t);
/* What was written comes in next. */
void stream_turn(void);
/* With the first octets comes STREAM_PASSED, a regular file of N octets. */
void stream_pass(size_t n);

#endif
