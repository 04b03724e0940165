/* SPDX-License-Identifier: ISC */
/*
 * Canonical forms of header fields and bodies (RFC 6376 3.4), octet by octet,
 * as a hash wants them.  A bare CR or LF is any octet.
 */
#ifndef CANON_H
#define CANON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CANON_ROOM = 512 };

struct canon { /* towards a hash; PUT may be NULL */
	void (*put)(void *ctx, const char *octets, size_t n);
	void *ctx;
	/* the rest belongs to canon.c */
	size_t n;
	char room[CANON_ROOM];
};

void canon_init(
    struct canon *, void (*put)(void *, const char *, size_t), void *ctx);
void canon_octets(struct canon *, const char *, size_t n);
/* Hands over what is held back; the next octets are of another. */
void canon_end(struct canon *);

struct canon_field {
	const char *text; /* folded as it came, without its last CR LF */
	size_t len;
	size_t hole, hole_len; /* octets that are as if they were not there */
};
/* Without a line end behind it. */
void canon_field(struct canon *, const struct canon_field *, bool relaxed);

struct canon_body {
	struct canon out;
	uint64_t octets; /* of the canonical form, once it has ended */
	/* the rest belongs to canon.c */
	uint64_t empty; /* line ends that count if something follows */
	bool relaxed, cr, space;
};

void canon_body_init(struct canon_body *, bool relaxed,
    void (*put)(void *, const char *, size_t), void *ctx);
void canon_body_push(struct canon_body *, const char *, size_t n);
void canon_body_end(struct canon_body *);

#endif
