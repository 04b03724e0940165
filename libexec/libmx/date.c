/* SPDX-License-Identifier: ISC */
/* No locale is ever set, so %a and %b are the RFC's English names. */
#include "date.h"

void
date_format(time_t when, char out[DATE_LEN])
{
	struct tm tm;

	if (localtime_r(&when, &tm) == NULL ||
	    strftime(out, DATE_LEN, "%a, %d %b %Y %H:%M:%S %z", &tm) == 0)
		out[0] = '\0';
}
