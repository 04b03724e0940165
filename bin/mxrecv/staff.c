/* SPDX-License-Identifier: ISC */
#include "staff.h"

void
staff_rest(struct staff *s)
{
	kept_wipe(&s->spf);
	kept_wipe(&s->dkim);
}

void
staff_end(struct staff *s)
{
	kept_end(&s->spf);
	kept_end(&s->dkim);
}
