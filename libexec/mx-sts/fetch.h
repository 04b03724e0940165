/* SPDX-License-Identifier: ISC */
#ifndef FETCH_H
#define FETCH_H

#include "stsproto.h"

/* The answer to R, a failure among them.  -1 with errno: no sandbox. */
int fetch_policy(const struct sts_request *r, struct sts_answer *);

#endif
