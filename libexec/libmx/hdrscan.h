/* SPDX-License-Identifier: ISC */
/*
 * Counts what must be bounded in a header section as it streams by: its
 * octets, its Received fields (RFC 5321 6.3), and those that bear our name; and
 * notes where others have used our name in Authentication-Results, and a field
 * TLS-Required (RFC 8689 3).
 */
#ifndef HDRSCAN_H
#define HDRSCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "authres.h"
#include "bounds.h"

struct hdrscan {
	char own[DOMAIN_LEN + 1]; /* our host name, lower case */
	size_t octets;		  /* of the header section so far */
	unsigned received;
	unsigned own_received; /* Received fields with "by <own>" */
	bool ended;	       /* the empty line has passed */
	bool tls_optional;     /* "TLS-Required: No" */
	struct authres results;
	/* the rest belongs to hdrscan.c */
	size_t line_len;
	bool in_received, counted_own;
	char line[1024]; /* start of the current line */
};

void hdrscan_init(struct hdrscan *, const char *own);
/* Message octets in order, dots already taken away.  Linear time. */
void hdrscan_push(struct hdrscan *, const char *octets, size_t n);
/* The message is over, perhaps without an empty line. */
void hdrscan_end(struct hdrscan *);

#endif
