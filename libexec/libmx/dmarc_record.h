/* SPDX-License-Identifier: ISC */
/* DMARC policy records (RFC 9989 4.7). */
#ifndef DMARC_RECORD_H
#define DMARC_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "dkimproto.h"

enum dmarc_psd { PSD_UNKNOWN, PSD_YES, PSD_NO };

struct dmarc_record {
	bool applies;		     /* else no DMARC processing at all */
	enum dmarc_policy p, sp, np; /* what is left out is filled in */
	bool has_np;
	bool strict_dkim, strict_spf;
	bool testing; /* t=y */
	enum dmarc_psd psd;
};

/* False when TEXT is no DMARC record. */
bool dmarc_record_parse(struct dmarc_record *, const char *text, size_t n);

#endif
