/* SPDX-License-Identifier: ISC */
/*
 * The end of data (RFC 5321 4.1.1.4, 4.5.2).  Only CR LF . CR LF ends it;
 * a leading dot is taken away.  A bare CR, a bare LF or a NUL is a flaw that
 * refuses the message, and never an end.
 */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stddef.h>

enum frame_kind {
	FRAME_DATA, /* dots stuffed, ended by CR LF . CR LF */
	FRAME_BDAT  /* RFC 3030: octets are counted by the caller */
};

enum frame_flaw { FLAW_BARE_CR = 1, FLAW_BARE_LF = 2, FLAW_NUL = 4 };

struct frame {
	enum frame_kind kind;
	int state; /* of frame.c */
	bool ended;
	unsigned flaws;
};

void frame_init(struct frame *, enum frame_kind);
/*
 * Takes octets from IN, at most N, and returns how many it took (at least one
 * unless N is 0 or the frame has ended).  *OUT, *LEN are then message octets to
 * append: a part of IN, or CR LF held back from an earlier call, or nothing.
 * Stops right behind the end of data and sets ended.
 */
size_t frame_next(
    struct frame *, const char *in, size_t n, const char **out, size_t *len);
/* BDAT only, at the end of the last chunk: a CR that came last is bare. */
void frame_finish(struct frame *);

#endif
