/* SPDX-License-Identifier: ISC */
/* TLS as a client: what a server has to prove. */
#ifndef CLIENT_H
#define CLIENT_H

#include <openssl/ssl.h>

#include "tlsproto.h"

/* Loads all that is in files.  NULL: the answer says why. */
SSL *client_open(const struct tls_request *, struct tls_answer *);
/* What the handshake, which succeeded, says about the peer; a server's of its
 * client too. */
void client_judge(SSL *, const struct tls_request *, struct tls_answer *);

#endif
