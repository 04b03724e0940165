/* SPDX-License-Identifier: ISC */
#ifndef HANDSHAKE_H
#define HANDSHAKE_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "tlsproto.h"

/* Shakes hands on NETWORK until DEADLINE (wire_now()); false when the answer
 * says why it failed. */
bool handshake(SSL *, int network, int64_t deadline, struct tls_answer *);

#endif
