/* SPDX-License-Identifier: ISC */
#ifndef SHOVEL_H
#define SHOVEL_H

#include <openssl/ssl.h>

/*
 * Carries octets between the TLS connection on NETWORK and fd 0 and 1 until
 * both have ended.  It holds no more than one record for either side: who does
 * not read makes the other wait.
 */
void shovel(SSL *, int network);

#endif
