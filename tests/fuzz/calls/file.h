/* SPDX-License-Identifier: ISC */
/*
 * An input as a spool file (mx-spool(5)), which is in memory.  Its first octet
 * is even: the rest is the file.  Odd: two octets say how long the message is;
 * the lines behind it are records and get their checksums; what has no line end
 * is a torn tail.
 */
#ifndef FILE_H
#define FILE_H

#include <stdint.h>

#include "spool.h"

/* Makes the one file that there is and opens it. */
enum message_status file_open(struct message *, const uint8_t *, size_t);
enum message_status file_again(struct message *); /* as it is now */

#endif
