/* SPDX-License-Identifier: ISC */
/*
 * The Authenticated Received Chain of a message (RFC 8617 5.2), which is pushed
 * as it is into verify.h: header fields one by one, then the body.  The fields
 * must stay where they are until chain_header_end().
 */
#ifndef CHAIN_H
#define CHAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "dkimproto.h"
#include "key.h"

struct chain;

/* NULL with errno. */
struct chain *chain_new(void);
void chain_free(struct chain *);

/* The verdict goes to OUT.  No more than half of the time that KEYS has left
 * is spent on the keys of a chain. */
void chain_begin(
    struct chain *, const struct key_source *keys, struct dkim_arc *out);
void chain_field(struct chain *, const char *field, size_t n);
/* Looks at the structure, then fetches keys and verifies all signatures.  False
 * when the body decides nothing any more. */
bool chain_header_end(struct chain *);
void chain_body(struct chain *, const char *octets, size_t n);
/* WHOLE as of verify_end(). */
void chain_end(struct chain *, bool whole);

#endif
