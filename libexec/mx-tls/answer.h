/* SPDX-License-Identifier: ISC */
/* What OpenSSL has to say, in the words of tlsproto.h. */
#ifndef ANSWER_H
#define ANSWER_H

#include <openssl/ssl.h>

#include "tlsproto.h"

/* It is not up, and this is why; the first reason stays. */
void answer_fail(struct tls_answer *, enum tls_failure, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, with the oldest error of OpenSSL's behind WHAT. */
void answer_error(struct tls_answer *, const char *what);
/* A certificate did not verify: RESULT is X509_V_ERR_…. */
void answer_unverified(struct tls_answer *, long result);
/* The DNS names of a peer's certificate. */
void answer_names(struct tls_answer *, X509 *);
/* The handshake is done. */
void answer_up(struct tls_answer *, SSL *);

#endif
