/* SPDX-License-Identifier: ISC */
#include "staff.h"

static void wipe(struct kept *, const struct slate *);

void
staff_rest(struct staff *s, const struct slate *slate)
{
	wipe(&s->spf, slate);
	wipe(&s->dkim, slate);
}

void
staff_end(struct staff *s)
{
	kept_end(&s->spf);
	kept_end(&s->dkim);
}

static void
wipe(struct kept *k, const struct slate *slate)
{
	slate_wipe(slate, k->helper.in.buffer, sizeof k->helper.in.buffer);
}
