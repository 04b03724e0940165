/* SPDX-License-Identifier: ISC */
/* Who is being served, and whether one more may be. */
#ifndef CROWD_H
#define CROWD_H

#include <stdbool.h>
#include <sys/types.h>

#include "ip.h"

enum crowd_answer {
	CROWD_WELCOME,
	CROWD_FULL,	   /* MOST are here */
	CROWD_NETWORK_FULL /* as many as one network may have are from there */
};

struct guest {
	pid_t pid; /* who serves it */
	struct ip network;
};

struct crowd {
	unsigned n, room;
	struct guest *guest;
};

/* Room for MOST; what is there stays.  0, or -1: out of memory. */
int crowd_resize(struct crowd *, unsigned most);
void crowd_free(struct crowd *);
/* The network that an address counts for: its /24, or its /64. */
struct ip crowd_network(const struct ip *);
enum crowd_answer crowd_admits(
    const struct crowd *, const struct ip *network, unsigned most);
/* After CROWD_WELCOME. */
void crowd_add(struct crowd *, pid_t, const struct ip *network);
/* False: PID serves nobody. */
bool crowd_remove(struct crowd *, pid_t);

#endif
