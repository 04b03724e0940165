/* SPDX-License-Identifier: ISC */
/* A tag's value as base64 (RFC 6376 3.2), white space left out. */
#ifndef BASE64_H
#define BASE64_H

#include "taglist.h"

enum { BASE64_ROOM = 1024 };

/* Octets written; -1 when it is not base64, empty, or longer than the room. */
int base64_tag(const struct tag *, unsigned char out[BASE64_ROOM]);

#endif
