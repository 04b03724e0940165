/* SPDX-License-Identifier: ISC */
/* The domains of a message's authors, from its From fields (RFC 5322 3.6.2). */
#ifndef FROM_H
#define FROM_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"

enum { AUTHOR_DOMAINS = 4 }; /* ours: RFC 9989 11.5 asks for a limit */

struct from {
	unsigned fields; /* From fields seen; there should be one */
	size_t n;	 /* different domains */
	char domain[AUTHOR_DOMAINS][DOMAIN_LEN + 1]; /* inner form */
	const char *wrong; /* why the domains can not be told, or NULL */
};

/* One field's body, folded or not.  Linear time. */
void from_add(struct from *, const char *body, size_t n);

#endif
