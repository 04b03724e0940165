/* SPDX-License-Identifier: ISC */
/* The date-time of a header field (RFC 5322 3.3), in the local zone. */
#ifndef DATE_H
#define DATE_H

#include <time.h>

enum { DATE_LEN = 40 };

void date_format(time_t, char out[DATE_LEN]);

#endif
