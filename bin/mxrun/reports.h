/* SPDX-License-Identifier: ISC */
/* The daily reports on TLS (RFC 8460), of the days that are over. */
#ifndef REPORTS_H
#define REPORTS_H

#include "conf.h"

/* Queues them for those who publish that they want them, and forgets what is
 * reported or not wanted.  Returns an exit status. */
int reports_run(const struct conf *);

#endif
