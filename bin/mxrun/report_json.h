/* SPDX-License-Identifier: ISC */
/* What a report on TLS says (RFC 8460 4.4), in JSON of ASCII, short lines. */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include "conf.h"
#include "spool.h"
#include "tlsrpt_rows.h"

enum { REPORT_ID = 2 * DOMAIN_LEN + 32 };

struct report_json {
	struct draft *draft;
	const struct conf *conf;
	const struct tlsrpt_day *day;
	const struct tlsrpt_row *rows; /* those of a policy together */
	size_t n;
	int result; /* of writing, so far */
};

/* "2026-11-23.example.com@backup.example.net": made twice, it is the same. */
void report_json_id(const struct report_json *, char out[REPORT_ID]);
/* 0, or -1 with errno. */
int report_json_write(struct report_json *);

#endif
