/* SPDX-License-Identifier: ISC */
/* What else keeps a configuration from working: for -n. */
#ifndef ADVISE_H
#define ADVISE_H

#include <stdio.h>

#include "conf.h"

/* Looks at what conf names, as this user, and prints what is of no use and
 * why, each as a comment; of what works, nothing but the seal. */
void advise_print(const struct conf *, FILE *);

#endif
