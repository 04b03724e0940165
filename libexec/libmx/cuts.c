/* SPDX-License-Identifier: ISC */
#include "cuts.h"

#include "bounds.h"

bool
cuts_add(struct cuts *c, uint64_t at, uint64_t octets)
{
	uint64_t end = cuts_end(c);

	if (octets == 0 || at < end || at > HEADER_LEN ||
	    octets > HEADER_LEN - at)
		return false;
	if (c->n > 0 && at == end) {
		c->cut[c->n - 1].octets += octets;
		return true;
	}
	if (c->n == CUTS)
		return false;
	c->cut[c->n++] = (struct cut){at, octets};
	return true;
}

uint64_t
cuts_octets(const struct cuts *c)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < c->n; i++)
		sum += c->cut[i].octets;
	return sum;
}

uint64_t
cuts_end(const struct cuts *c)
{
	const struct cut *last;

	if (c->n == 0)
		return 0;
	last = &c->cut[c->n - 1];
	return last->at + last->octets;
}

uint64_t
cuts_run(const struct cuts *c, uint64_t *at, uint64_t size)
{
	for (unsigned i = 0; i < c->n; i++) {
		if (*at < c->cut[i].at)
			return c->cut[i].at - *at;
		if (*at < c->cut[i].at + c->cut[i].octets)
			*at = c->cut[i].at + c->cut[i].octets;
	}
	return size - *at;
}
