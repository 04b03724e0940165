/* SPDX-License-Identifier: ISC */
/*
 * libopendkim, and what it does not do itself.  The message is pushed: header
 * fields one by one, then the body.
 */
#ifndef VERIFY_H
#define VERIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "dkimproto.h"
#include "key.h"

struct dkim_lib; /* libopendkim's: what was set up, and of no message */
struct verify;

/* Loads and sets up what needs the file system.  NULL with errno. */
struct dkim_lib *verify_open(void);
void verify_close(struct dkim_lib *);

/* For one message.  NULL with errno. */
struct verify *verify_new(struct dkim_lib *);
void verify_free(struct verify *);

/* Answers go to A's signatures, at most DKIM_SIGNATURES of them.  0; -1 with
 * errno. */
int verify_begin(struct verify *, struct key_source *, struct dkim_answer *a);
/* FIELD is a header field, folded as it was, without its last CR LF. */
void verify_field(struct verify *, const char *field, size_t n);
/* Fetches the keys.  False when nothing is left that the body would decide. */
bool verify_header_end(struct verify *);
void verify_body(struct verify *, const char *octets, size_t n);
/* Settles all signatures.  WHOLE is false when the body could not be read to
 * its end in time. */
void verify_end(struct verify *, bool whole);

#endif
