/* SPDX-License-Identifier: ISC */
/*
 * The octets of one message on their way to the store: framing, what must be
 * counted, and the first reason to refuse it.  What is refused is read to its
 * true end all the same, and thrown away: a client's text never becomes
 * commands.
 */
#ifndef CONTENT_H
#define CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "hdrscan.h"
#include "reply.h"

struct session;

struct content {
	struct frame frame;
	struct hdrscan header;
	uint64_t octets;      /* of the message, dots taken away */
	uint64_t checked;     /* octets when room was looked at */
	bool size_checked;    /* the test "size" has had its say */
	struct reply refusal; /* code 0: none so far */
};

void content_begin(struct session *, enum frame_kind);
/* Returns the octets taken; the frame says whether it has ended. */
size_t content_push(struct session *, const char *octets, size_t n);
/* The end was seen: what is still to be refused. */
void content_finish(struct session *);

#endif
