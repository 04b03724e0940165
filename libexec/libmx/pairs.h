/* SPDX-License-Identifier: ISC */
/*
 * The lines of a helper's dialogue: "key=value\n", the value as record.h
 * encodes it, a block ended by an empty line.  A descriptor may travel with a
 * block's first octet.
 */
#ifndef PAIRS_H
#define PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

struct endpoints;

/* ---- a block to be sent ---- */
struct pairs {
	char *text;
	size_t len, room;
	bool failed; /* no memory: pairs_send() will say so */
};

void pairs_init(struct pairs *);
void pairs_add(struct pairs *, const char *key, const char *value);
void pairs_add_octets(
    struct pairs *, const char *key, const char *value, size_t n);
void pairs_add_number(struct pairs *, const char *key, uint64_t value);
/* Unless it is "". */
void pairs_add_text(struct pairs *, const char *key, const char *value);
/* "1", if it is true. */
void pairs_add_true(struct pairs *, const char *key, bool value);
/* In as many pairs as it needs: what takes it puts them together. */
void pairs_add_long(struct pairs *, const char *key, const char *value);
void pairs_add_endpoints(
    struct pairs *, const char *key, const struct endpoints *);
/*
 * Ends the block and sends it, in one system call where the receiver has
 * room; PASS is a descriptor that goes along, or -1.  Empties the block in any
 * case.  0; -1 with errno, ETIMEDOUT after DEADLINE (wire_now(); -1: never).
 */
int pairs_send(struct pairs *, int fd, int pass, int64_t deadline);

void pairs_free(struct pairs *); /* a block that is not sent */
/* TO is another of the same. */
void pairs_copy(struct pairs *to, const struct pairs *);

/* ---- blocks that come ---- */
enum pairs_status {
	PAIRS_PAIR,  /* key and value are set */
	PAIRS_END,   /* the empty line */
	PAIRS_EOF,   /* the stream ended, between two blocks or inside one */
	PAIRS_ERROR, /* errno; EBADMSG: not such a line, ETIMEDOUT */
};

struct pairs_in {
	int fd;	    /* not owned */
	int passed; /* the descriptor that came last, -1 if none: the caller
		       takes it and sets -1 */
	bool socket;
	bool exact; /* reads no octet behind a block's end: something else
		       comes there.  To be set after pairs_in_init() */
	size_t start, end;
	size_t block; /* octets of this block so far, BLOCK_LEN at most */
	char buffer[4 * RECORD_LEN];
};

void pairs_in_init(struct pairs_in *, int fd);
/* The next pair; KEY and VALUE (without NUL inside) are valid until the next
 * call. */
enum pairs_status pairs_next(
    struct pairs_in *, int64_t deadline, const char **key, char **value);

#endif
