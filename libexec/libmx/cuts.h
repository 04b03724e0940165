/* SPDX-License-Identifier: ISC */
/*
 * What is left out of a message when it is handed over: some fields of its
 * header section.  The spool keeps them, for there the message stays as it
 * came.
 */
#ifndef CUTS_H
#define CUTS_H

#include <stdbool.h>
#include <stdint.h>

enum { CUTS = 32 };

struct cuts { /* in order, none touches another */
	unsigned n;
	struct cut {
		uint64_t at, octets; /* from the message's first octet */
	} cut[CUTS];
};

/* One behind those that are there; it is joined with one that it touches.
 * False: not behind them, empty, beyond HEADER_LEN, or one too many. */
bool cuts_add(struct cuts *, uint64_t at, uint64_t octets);
uint64_t cuts_octets(const struct cuts *); /* in all */
uint64_t cuts_end(const struct cuts *);	   /* of the last; 0: there is none */
/* Moves *AT behind a cut that it is in, and returns how many octets from there
 * on stay, up to the next cut or to SIZE; 0 at the end. */
uint64_t cuts_run(const struct cuts *, uint64_t *at, uint64_t size);

#endif
