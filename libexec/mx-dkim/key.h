/* SPDX-License-Identifier: ISC */
/* Key records: asked for by our own resolver, looked at before libopendkim. */
#ifndef KEY_H
#define KEY_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dkimproto.h"
#include "dns.h"

enum { KEY_RECORD = 1024 /* libopendkim's buffer */ };

struct key_source {
	struct dns *dns;
	int64_t deadline;
	struct dns_text text;
};

/* Fetches the key of S into OUT, NUL-terminated.  False when there is none that
 * may be used; S says why. */
bool key_fetch(
    struct key_source *, struct dkim_signature *s, char *out, size_t size);
/* The record alone (RFC 6376 3.6.1). */
bool key_check(const char *record, size_t n, struct dkim_signature *s);
/* What key_check() took, as a key; NULL: it is none.  To be freed. */
EVP_PKEY *key_rsa(const char *record, size_t n);
/* It may sign mail by SHA-256: its h= and s= say so, or are not there. */
bool key_allows(const char *record, size_t n);

#endif
