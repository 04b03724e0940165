/* SPDX-License-Identifier: ISC */
/* A report on TLS as a message (RFC 8460 5.3), queued like a bounce. */
#ifndef REPORT_MAIL_H
#define REPORT_MAIL_H

#include "job.h"
#include "tlsrpt_rows.h"

struct report_of {
	const struct run *run;
	struct state_db *state;
	const struct tlsrpt_day *day;
};

/* 0, or -1 with errno. */
int report_mail(const struct report_of *, const char *to);

#endif
