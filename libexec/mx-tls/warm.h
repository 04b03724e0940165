/* SPDX-License-Identifier: ISC */
#ifndef WARM_H
#define WARM_H

#include <openssl/ssl.h>

/* Shakes hands with itself in memory, over TLS 1.2 and 1.3 and with a ticket,
 * as the server of this connection would: algorithms are looked up, and keys
 * prepared, once instead of in each child.  It leaves SSL itself as it was. */
void warm(SSL *);

#endif
