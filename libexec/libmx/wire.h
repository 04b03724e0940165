/* SPDX-License-Identifier: ISC */
/*
 * Lines and octets of a socket, with deadlines.  One reader object owns all
 * that was read ahead; whoever changes the transport drops it whole.  Shared
 * by the server's and the client's side of SMTP.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WIRE_BUFFER = 64 * 1024 };

enum wire_status {
	WIRE_OK,
	WIRE_LINE_LONG, /* the line passed its limit; it was read and dropped */
	WIRE_BARE_LF,	/* ended by LF without CR; the line is returned */
	WIRE_EOF,
	WIRE_TIMEOUT,
	WIRE_ERROR /* errno */
};

struct wire {
	int in, out; /* may be one descriptor; not owned */
	size_t start, end;
	int dropping; /* inside a line that passed its limit */
	char buffer[WIRE_BUFFER];
};

void wire_init(struct wire *, int in, int out);
/* Milliseconds of CLOCK_MONOTONIC; every deadline is such a time. */
int64_t wire_now(void);
/*
 * The next line, without its end, at most LIMIT octets before CR LF; *LINE
 * points into the buffer until the next call.  A line with a NUL or a CR
 * inside is returned as it is: the caller refuses it.
 */
enum wire_status wire_line(
    struct wire *, size_t limit, int64_t deadline, char **line, size_t *n);
/* Some octets, at least one, pointing into the buffer; wire_consume() says
 * how many of them were used. */
enum wire_status wire_octets(
    struct wire *, int64_t deadline, char **octets, size_t *n);
void wire_consume(struct wire *, size_t n);
/* Octets read ahead and not yet consumed. */
size_t wire_pending(const struct wire *);
/* A whole line is among them. */
bool wire_has_line(const struct wire *);
/* True when input is in the buffer or comes within MS milliseconds (0: only
 * looks); EOF counts as input. */
int wire_readable(struct wire *, int ms);
/* Writes all of it, or fails: OK, TIMEOUT, ERROR. */
enum wire_status wire_write(
    struct wire *, const void *octets, size_t n, int64_t deadline);

#endif
