/* SPDX-License-Identifier: ISC */
/*
 * Reverse-path and forward-path (RFC 5321 4.1.2, RFC 6531 3.3).  The one
 * parser of mail addresses on the wire; what it returns is what is compared,
 * stored and passed on, never the octets that came.
 */
#ifndef PATH_H
#define PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"

struct path {
	/* local part as on the wire (quotes kept), "@", the domain in inner
	 * form (domain.h) or a literal as ip_format_literal writes it.
	 * "" is the null path <>.  "postmaster" may stand without domain. */
	char mailbox[MAILBOX_LEN + 1];
	size_t local_len;
	bool utf8;    /* the local part, or the domain as it came, had octets
			 over 127: SMTPUTF8 is needed (RFC 6531 3.2) */
	bool literal; /* the domain is an address literal */
};

enum path_error {
	PATH_OK,
	PATH_SYNTAX,   /* 501 5.1.7 (sender), 5.1.3 (recipient) */
	PATH_TOO_LONG, /* likewise */
	PATH_DOMAIN,   /* the domain is no domain: 501 5.1.8, 5.1.2 */
};

/*
 * Parses "<...>" at the start of S: a mailbox with an optional source route,
 * which is checked and dropped (RFC 5321 4.1.1.3, appendix C), the null path,
 * or <postmaster> in any case.  Sets *USED to the octets read.
 */
enum path_error path_parse(
    const char *s, size_t n, struct path *out, size_t *used);
/* The same for a mailbox without brackets, as in a journal or a DSN. */
enum path_error path_parse_mailbox(const char *s, size_t n, struct path *out);
/* The domain, in inner form, or "" where there is none. */
const char *path_domain(const struct path *);
bool path_is_null(const struct path *);
bool path_is_postmaster(const struct path *); /* without a domain */

#endif
