/* SPDX-License-Identifier: ISC */
#include "crowd.h"

#include <stdlib.h>
#include <string.h>

enum { BITS_IPV4 = 24, BITS_IPV6 = 64 };

int
crowd_resize(struct crowd *c, unsigned most)
{
	struct guest *more;

	if (most < c->n)
		most = c->n;
	if ((more = reallocarray(c->guest, most, sizeof *more)) == NULL)
		return -1;
	c->guest = more;
	c->room = most;
	return 0;
}

void
crowd_free(struct crowd *c)
{
	free(c->guest);
	memset(c, 0, sizeof *c);
}

struct ip
crowd_network(const struct ip *ip)
{
	struct ip network = *ip;

	ip_mask(&network, ip->family == AF_INET6 ? BITS_IPV6 : BITS_IPV4);
	return network;
}

enum crowd_answer
crowd_admits(const struct crowd *c, const struct ip *network, unsigned most)
{
	unsigned same = 0;

	if (c->n >= c->room)
		return CROWD_FULL;
	for (unsigned i = 0; i < c->n; i++)
		same += ip_equal(&c->guest[i].network, network);
	return same < most ? CROWD_WELCOME : CROWD_NETWORK_FULL;
}

void
crowd_add(struct crowd *c, pid_t pid, const struct ip *network)
{
	c->guest[c->n++] = (struct guest){pid, *network};
}

bool
crowd_remove(struct crowd *c, pid_t pid)
{
	for (unsigned i = 0; i < c->n; i++) {
		if (c->guest[i].pid == pid) {
			c->guest[i] = c->guest[--c->n];
			return true;
		}
	}
	return false;
}
