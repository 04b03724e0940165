/* SPDX-License-Identifier: ISC */
/* The message in memory, as a file that begins with it. */
#ifndef COPY_H
#define COPY_H

#include <stdint.h>

enum { COPY_MOST = 64 << 20 };

/* Copies SIZE octets from OFFSET; more than COPY_MOST are not copied.  Before
 * the sandbox, which writes no file. */
void copy_message(int fd, uint64_t offset, uint64_t size);
/* -1: there is none. */
int copy_descriptor(void);

#endif
