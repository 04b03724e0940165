/* SPDX-License-Identifier: ISC */
/* DNS lists that answer nonsense are left alone for a while (state.db). */
#ifndef ZONEOFF_H
#define ZONEOFF_H

#include "statedb.h"

enum { ZONE_OFF = 3600 }; /* seconds */

/* YES: it is off. */
enum answer zoneoff_find(struct state_db *, const char *zone, time_t now);
int zoneoff_put(
    struct state_db *, const char *zone, const char *why, time_t now);

#endif
