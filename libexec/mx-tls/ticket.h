/* SPDX-License-Identifier: ISC */
#ifndef TICKET_H
#define TICKET_H

#include <openssl/ssl.h>
#include <stdbool.h>

/* Sessions can be resumed with tickets (RFC 8446 4.6.1) that any process with
 * the same KEY can read. */
bool ticket_enable(SSL_CTX *, EVP_PKEY *key);

#endif
