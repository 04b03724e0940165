/* SPDX-License-Identifier: ISC */
/* The only part that sees libspf2. */
#ifndef LIBRARY_H
#define LIBRARY_H

#include "lookup.h"

struct library;

/* NULL with errno.  Call it before the sandbox is entered. */
struct library *library_new(void);
void library_free(struct library *);
/* Evaluates the identity that L is about into its finding. */
void library_evaluate(struct library *, struct lookup *l);

#endif
