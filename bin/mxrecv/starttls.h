/* SPDX-License-Identifier: ISC */
#ifndef STARTTLS_H
#define STARTTLS_H

#include "connection.h"

/* What is behind STARTTLS in the clear may be anybody's: to take it for what
 * is said under TLS was CVE-2011-0411.  The end. */
enum next starttls_refuse(struct reply *);
/*
 * Answers a legal STARTTLS and shakes hands.  True: go on with the next line,
 * under TLS or, where the reply was 454, without.  False: the connection is at
 * its end.
 */
bool starttls(struct connection *);

#endif
