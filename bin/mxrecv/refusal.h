/* SPDX-License-Identifier: ISC */
/* A client too many is answered at the price of one write, and logged with all
 * others of its second. */
#ifndef REFUSAL_H
#define REFUSAL_H

#include <time.h>

#include "crowd.h"

struct refusal {
	unsigned n; /* not logged yet */
	time_t logged;
};

/* Tells the client of FD, at IP, that it can not be served here. */
void refusal_send(struct refusal *, int fd, const struct ip *,
    enum crowd_answer, const char *hostname);

#endif
