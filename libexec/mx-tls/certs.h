/* SPDX-License-Identifier: ISC */
/* Our certificates with their keys, read anew for every connection. */
#ifndef CERTS_H
#define CERTS_H

#include <openssl/ssl.h>
#include <stdbool.h>

#include "tlsproto.h"

struct certs;

/* NULL: the answer says which file is of no use, and why. */
struct certs *certs_load(const struct tls_request *, struct tls_answer *);
EVP_PKEY *certs_first_key(const struct certs *);
/* One of them is for NAME. */
bool certs_know(const struct certs *, const char *name);
/*
 * Gives SSL all that are for NAME (or NULL), else all for our own name, else
 * the first: of each kind of key (RSA, ECDSA) the first one, and TLS takes what
 * the client can check.  1, or 0 out of memory.
 */
int certs_choose(const struct certs *, SSL *, const char *name);
/* The names they are for, and what senders may mind. */
void certs_look(
    const struct certs *, const struct tls_request *, struct tls_answer *);

#endif
