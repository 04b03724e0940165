/* SPDX-License-Identifier: ISC */
/*
 * Where a domain wants reports on TLS to be sent (RFC 8460 3), a TXT record at
 * _smtp._tls below its name:
 *
 *	v=TLSRPTv1; rua=mailto:tls@example.com,https://example.com/tls
 */
#ifndef TLSRPT_H
#define TLSRPT_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"

enum { TLSRPT_MOST = 4 };

struct tlsrpt {
	unsigned n; /* those by mail; more than TLSRPT_MOST are left out */
	char mailto[TLSRPT_MOST][MAILBOX_LEN + 1]; /* path.h's mailboxes */
	unsigned others; /* URIs of another kind, or no address in them */
};

/* It begins as one; of several records only such count, and there has to be
 * one of them. */
bool tlsrpt_is_meant(const char *record, size_t n);
/* False: not a record as RFC 8460 has it.  Pure. */
bool tlsrpt_parse(const char *record, size_t n, struct tlsrpt *);

#endif
