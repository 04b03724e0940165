/* SPDX-License-Identifier: ISC */
#include "progress.h"

#include <stdio.h>

void
progress_show(
    unsigned domains, unsigned due, unsigned delivered, unsigned deferred)
{
	fprintf(stderr,
	    "\r%u domain%s, %u due, %u delivered, %u deferred\033[K", domains,
	    domains == 1 ? "" : "s", due, delivered, deferred);
}

void
progress_end(bool shown)
{
	if (shown)
		fputs("\r\033[K", stderr);
}
