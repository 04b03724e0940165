/* SPDX-License-Identifier: ISC */
#include "arrivals.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scribe.h"
#include "usage.h"

enum { STEP = 16 };

void
arrivals_add(struct arrivals *a, const char *domain, uint64_t octets)
{
	struct arrival *more;

	if (a->n == a->room) {
		more = reallocarray(
		    a->arrival, a->room + STEP, sizeof *a->arrival);
		if (more == NULL)
			return;
		a->arrival = more;
		a->room += STEP;
	}
	strlcpy(a->arrival[a->n].domain, domain, sizeof a->arrival->domain);
	a->arrival[a->n++].octets = octets;
}

void
arrivals_write(const struct arrivals *a, struct state_db *state)
{
	if (state_begin(state) == -1)
		return;
	for (size_t i = 0; i < a->n; i++)
		usage_add(state, a->arrival[i].domain, a->arrival[i].octets,
		    time(NULL));
	state_commit(state);
}

void
arrivals_send(const struct arrivals *a, int scribe)
{
	for (size_t i = 0; i < a->n; i++)
		scribe_arrival(scribe, a->arrival[i].domain,
		    a->arrival[i].octets, time(NULL));
}

void
arrivals_free(struct arrivals *a)
{
	free(a->arrival);
	*a = (struct arrivals){.n = 0};
}
