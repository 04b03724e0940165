/* SPDX-License-Identifier: ISC */
/* Apart from keys.c, whose users are not all linked with libidn2. */
#include <string.h>

#include "domain.h"
#include "keys.h"

bool
keys_set_domain(void *out, const char *value)
{
	return domain_normal(value, strlen(value), out) &&
	    strcmp(out, value) == 0;
}
