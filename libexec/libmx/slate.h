/* SPDX-License-Identifier: ISC */
/*
 * Memory that is used again and again, and must be zeroes each time: of what is
 * large, and mostly not touched, only that which was is zeroed.
 */
#ifndef SLATE_H
#define SLATE_H

#include <stdbool.h>
#include <stddef.h>

struct slate {
	void *octets; /* N of them, all zeroes at first */
	size_t n;
	bool known; /* which of its pages were ever touched */
};

/* One of N octets, at most SLATE_MOST; false: there is no memory.  What is used
 * AGAIN is kept out of swap where the system lets us (mlock2(2)), and so it can
 * be told which of its pages are there (mincore(2)). */
enum { SLATE_MOST = 1024 * 1024 };
bool slate_init(struct slate *, size_t n, bool again);
/* N octets at P, within it, become zeroes: those of pages that were touched
 * once, or all where that is not known. */
void slate_wipe(const struct slate *, void *p, size_t n);

#endif
