/* SPDX-License-Identifier: ISC */
/*
 * Domain names as mail uses them (RFC 5321 2.3.5, RFC 5890).  One form inside:
 * lower-case A-labels without the root's dot, so that a U-label and its
 * A-label are one domain.
 */
#ifndef DOMAIN_H
#define DOMAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"

/*
 * Writes the inner form of S.  False when S is no host name: a label empty,
 * over 63 octets, not letters-digits-hyphens (underscores are refused), a
 * hyphen at an end, non-ASCII that is not valid IDNA2008 (libidn2,
 * non-transitional), a name over 253 octets.  One trailing dot is dropped.
 */
bool domain_normal(const char *s, size_t n, char out[DOMAIN_LEN + 1]);
/* Two labels or more and the last not all digits.  S in inner form. */
bool domain_is_qualified(const char *s);
/* SUB is a proper subdomain of PARENT, both in inner form. */
bool domain_is_below(const char *sub, const char *parent);

#endif
