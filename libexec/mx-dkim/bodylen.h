/* SPDX-License-Identifier: ISC */
/*
 * How many octets a body has after canonicalisation (RFC 6376 3.4.3, 3.4.4):
 * with l= libopendkim does not tell how much it left out.
 */
#ifndef BODYLEN_H
#define BODYLEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bodylen {
	uint64_t simple, relaxed;
	/* the rest belongs to bodylen.c */
	uint64_t empty_simple, empty_relaxed; /* line ends not yet counted */
	bool space, cr;
};

void bodylen_init(struct bodylen *);
void bodylen_push(struct bodylen *, const char *octets, size_t n);
/* Sets simple and relaxed. */
void bodylen_end(struct bodylen *);

#endif
