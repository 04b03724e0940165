/* SPDX-License-Identifier: ISC */
/* What a reply means for a recipient, and its text for journal and log. */
#ifndef OUTCOME_H
#define OUTCOME_H

#include "reply.h"

enum { OUTCOME_TEXT = 500 };

enum outcome {
	OUTCOME_DONE,	/* 2xx */
	OUTCOME_FAILED, /* 5xx */
	OUTCOME_WAITS,	/* 4xx, or the outcome is not known */
	OUTCOME_UNASKED /* the server took fewer recipients */
};

enum outcome outcome_of(const struct reply *);
/* "550 5.1.1 no such user", one line, cut; "" for an unasked one. */
void outcome_text(const struct reply *, char out[OUTCOME_TEXT]);

#endif
