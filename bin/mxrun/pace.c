/* SPDX-License-Identifier: ISC */
#include "pace.h"

#include <string.h>

enum { DOUBLES_TO = 8, SLOWER = 4, SLOWER_MS = 500 };

void
pace_begin(struct pace *p, unsigned most)
{
	*p = (struct pace){
	    .allowed = 1, .most = most > 0 ? most : 1, .best = -1};
}

void
pace_answer(struct pace *p, int64_t ms)
{
	if (p->best == -1 || ms < p->best)
		p->best = ms;
	if (ms > p->best * SLOWER + SLOWER_MS) {
		p->clean = 0;
		return;
	}
	if (++p->clean < p->allowed)
		return;
	p->clean = 0;
	p->allowed += p->gentle || p->allowed >= DOUBLES_TO ? 1 : p->allowed;
	if (p->allowed > p->most)
		p->allowed = p->most;
}

void
pace_push_back(struct pace *p)
{
	p->allowed = p->allowed > 1 ? p->allowed / 2 : 1;
	p->clean = 0;
	p->gentle = true;
}

void
pace_refuse(struct pace *p, unsigned open)
{
	p->most = open > 0 ? open : 1;
	if (p->allowed > p->most)
		p->allowed = p->most;
}

/* RFC 3463 3.8: X.7.Z is policy, as of those who count connections; a lone 450
 * or 451 is what greylists and full mailboxes say. */
bool
pace_is_push_back(const struct reply *r)
{
	return r->code == 421 || strncmp(r->enhanced, "4.7.", 4) == 0 ||
	    strcmp(r->enhanced, "4.3.2") == 0;
}
