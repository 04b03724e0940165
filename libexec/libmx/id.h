/* SPDX-License-Identifier: ISC */
/*
 * The name of a message in the spool: 20 lower-case hex digits, 8 of the
 * second it came, 5 of the microsecond, 7 at random.  So a directory listing
 * tells ages, and sorted names are in order of arrival.  A DSN that speaks of
 * a message is named after it: "<id>-<n>" with n counting its DSNs from 1,
 * its own arrival time inside its envelope.
 */
#ifndef ID_H
#define ID_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "bounds.h"

enum { ID_NAME = ID_LEN + 1 + 5 }; /* the longest name, a DSN's */

/* A new name; -1 with errno when there is no randomness. */
int id_new(char out[ID_NAME + 1]);
void id_dsn(char out[ID_NAME + 1], const char *id, unsigned n);
/* S is such a name, no more and no less. */
bool id_valid(const char *s);
/* The second of arrival that the name tells. */
time_t id_time(const char *id);
/* Added up over some names it tells them from any others, in whatever order. */
uint64_t id_sum(const char *id);

#endif
