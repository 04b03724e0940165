/* SPDX-License-Identifier: ISC */
/*
 * Whether STARTTLS can be offered: whether mx-tls(8) can use every certificate
 * and key of mx.conf(5).  To ask it costs a process, so its word is kept in a
 * file beside state.db until one of these files changes, or an hour has passed.
 */
#ifndef OFFER_H
#define OFFER_H

#include <stdbool.h>
#include <stdio.h>

#include "conf.h"
#include "tlsproto.h"

const char *offer_where(const struct conf *); /* tls_call's */

bool offer_tls(const struct conf *);
/* mx-tls could not be ready, which it seemed to be. */
void offer_withdraw(const struct conf *, const char *why);
/* Asks mx-tls in any case, and prints what it thinks, as a comment: for -n. */
void offer_print(const struct conf *, FILE *);

#endif
