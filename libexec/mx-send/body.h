/* SPDX-License-Identifier: ISC */
/*
 * The octets of a message on their way out: trace fields, then the message
 * from its file, counted (RFC 3030) or dot-stuffed (RFC 5321 4.5.2).
 */
#ifndef BODY_H
#define BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sendproto.h"
#include "session.h"

/* Octets that go out, without stuffing. */
uint64_t body_size(const struct send_request *);
/* All of them behind a BDAT command.  False: session lost. */
bool body_send_counted(struct session *, const struct send_request *);
/* All of them, stuffed, and the end of data. */
bool body_send_stuffed(struct session *, const struct send_request *);

/* Pure: copies N octets to OUT (room for 2 * N), doubling each dot at the
 * start of a line; returns the octets written. */
struct stuffing {
	enum { AT_START, INSIDE, AFTER_CR } at;
};
size_t stuff(struct stuffing *, const char *in, size_t n, char *out);
/* What is still missing: "." CR LF, behind CR LF if a line is open. */
const char *stuff_end(const struct stuffing *);

#endif
