/* SPDX-License-Identifier: ISC */
/*
 * When a message has waited long enough (RFC 5321 4.5.4.1).  A clock gone
 * wrong must not bounce a queue: the age has to be believable, and has to be
 * seen twice, a day apart, and not by two clocks gone wrong at two times.
 */
#ifndef EXPIRE_H
#define EXPIRE_H

#include <time.h>

#include "conf.h"
#include "envelope.h"

/* Seconds between the two at most, however seldom we run. */
enum { EXPIRE_HOLDS = 30 * 86400 };

enum expiry {
	EXPIRY_NO,
	EXPIRY_FIRST, /* seen for the first time that counts: note it */
	EXPIRY_YES
};

/* From this age on a message that may live LIMIT seconds is looked at. */
time_t expiry_seen(time_t limit);
/* Seconds between the two at least: an eighth of LIMIT, an hour to a day. */
time_t expiry_again(time_t limit);
enum expiry expiry_of(const struct envelope *, const struct conf *, time_t now);

#endif
