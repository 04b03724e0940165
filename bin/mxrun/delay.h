/* SPDX-License-Identifier: ISC */
/*
 * Notices of delay (RFC 3464 2.3.3, action delayed): at 4 hours, a day and a
 * week, each once, where the sender wants them (RFC 3461 4.1) and a bounce
 * would go.
 */
#ifndef DELAY_H
#define DELAY_H

#include "deliver.h"

/* Tells the sender of L's message, which still waits, if it is time. */
void delay_tell(struct lane *);
/* A message that came at CAME has come of age for one between LAST and NOW. */
bool delay_is_near(time_t came, time_t last, time_t now);
/* How many a message of that age has had. */
unsigned delay_level(time_t age);

#endif
