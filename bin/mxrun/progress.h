/* SPDX-License-Identifier: ISC */
/* One line on the terminal, written over itself, for who waits. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>

void progress_show(
    unsigned domains, unsigned due, unsigned delivered, unsigned deferred);
void progress_end(bool shown);

#endif
