/* SPDX-License-Identifier: ISC */
/* One message, from the request to the answer. */
#ifndef CHECK_H
#define CHECK_H

#include "dkimproto.h"

/* Enters the sandbox before it reads the message or asks the DNS.  0; -1 with
 * errno. */
int check_message(const struct dkim_request *, struct dkim_answer *);

#endif
