/* SPDX-License-Identifier: ISC */
/*
 * What mx.conf(5) asks for, loaded before anybody asks: certificates, keys and
 * all of OpenSSL that a handshake needs.
 */
#ifndef READY_H
#define READY_H

#include <openssl/ssl.h>
#include <stdbool.h>

#include "tlsproto.h"

struct ready;

/* FILE is mx.conf.  What can not be loaded is not ready: who is asked for it
 * tries himself, and says why not.  NULL with errno. */
struct ready *ready_load(const char *file);
/* One of the files is another than it was. */
bool ready_is_old(const struct ready *);
/* Connections at once, as mx.conf has it. */
unsigned ready_connections(const struct ready *);
/* For one connection, in a process of its own; NULL: it is not this that is
 * asked for. */
SSL *ready_for(const struct ready *, const struct tls_request *);

#endif
