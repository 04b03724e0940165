/* SPDX-License-Identifier: ISC */
/* An RSA key, and what it does: rsa-sha256 (RFC 6376 3.3.1, RFC 8301). */
#ifndef SIGNER_H
#define SIGNER_H

#include <stdbool.h>
#include <stddef.h>

#include "canon.h"
#include "sealproto.h"

struct signer;

enum { SIGNER_TEXT = 1024 }; /* base64, NUL-terminated */

/* Reads the key, PEM, of 1024 to 4096 bits.  NULL: ERROR says why. */
struct signer *signer_new(const char *file, char error[SEAL_ERROR]);
void signer_free(struct signer *);

/* Begins a digest, or a signature, of what CANON is then given.  False:
 * trouble of the library. */
bool signer_begin_digest(struct signer *);
bool signer_begin(struct signer *, struct canon *);
/* A put for canon.h, of the digest. */
void signer_digest(void *signer, const char *, size_t);
bool signer_end_digest(struct signer *, char out[SIGNER_TEXT]);
bool signer_end(struct signer *, char out[SIGNER_TEXT]);

#endif
