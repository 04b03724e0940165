/* SPDX-License-Identifier: ISC */
/*
 * What came of TLS in one delivery, counted until it is over, then written to
 * state.db at once: see tlsrpt_rows.h.
 */
#ifndef TALLY_H
#define TALLY_H

#include "outbound.h"
#include "tlsrpt_rows.h"

enum { TALLY_ROWS = 16 };

struct tally_tls {
	/* where policies are found */
	const struct route *route;
	const struct demand *demand;
	unsigned n;
	struct tlsrpt_row row[TALLY_ROWS]; /* others are not counted */
};

void tally_note(struct tally_tls *, const struct tls_result *);
/* Writes them down, unless the setting forbids; STATE may be NULL. */
void tally_end(struct tally_tls *, struct state_db *, const struct job *);

#endif
