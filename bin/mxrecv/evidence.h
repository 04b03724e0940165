/* SPDX-License-Identifier: ISC */
/* What was found out about a sender so far; nobody is asked for it. */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include "verified.h"

struct session;
struct spf_answer;
struct dkim_answer;

struct evidence {
	const struct spf_answer *spf; /* NULL: not asked, or not said */
	const struct dkim_answer *dkim;
	enum verified_result callout;
};

void evidence_collect(const struct session *, struct evidence *);
/* As the envelope keeps it. */
void evidence_verified(const struct session *, struct verified *);

#endif
