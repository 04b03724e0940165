/* SPDX-License-Identifier: ISC */
/* What is asked of a DKIM-Signature field before libopendkim sees it. */
#ifndef SIGNATURE_H
#define SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "dkimproto.h"

/* Fills S from the body of a DKIM-Signature field; false when it is refused,
 * with result and reason set. */
bool signature_check(const char *body, size_t n, struct dkim_signature *s);
/* Those of the chain of RFC 8617, which have no version.  NEEDED ends with
 * NULL. */
bool signature_check_tags(const char *body, size_t n, const char *const *needed,
    struct dkim_signature *s);
/* Sets result and reason, what is not printable ASCII as '?'; returns false. */
bool signature_refuse(
    struct dkim_signature *, enum dkim_result, const char *reason);

#endif
