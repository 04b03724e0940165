/* SPDX-License-Identifier: ISC */
/* TLS as a server: which certificate for whom. */
#ifndef SERVER_H
#define SERVER_H

#include <openssl/ssl.h>

#include "tlsproto.h"

/* Loads certificates and keys.  NULL: the answer says why. */
SSL *server_open(const struct tls_request *, struct tls_answer *);
/* What is doubtful about the certificates, though they can be used. */
void server_look(SSL *, const struct tls_request *, struct tls_answer *);

#endif
