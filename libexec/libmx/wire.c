/* SPDX-License-Identifier: ISC */
/* Lines and octets of a socket, with deadlines (RFC 5321 4.5.3.2). */
#include "wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static enum wire_status fill(struct wire *, int64_t deadline);
static enum wire_status wait_for(int fd, short events, int64_t deadline);
static ssize_t send_some(int fd, const char *octets, size_t n);
static enum wire_status take_line(
    struct wire *, char *newline, size_t limit, char **line, size_t *n);

void
wire_init(struct wire *w, int in, int out)
{
	w->in = in;
	w->out = out;
	w->start = w->end = 0;
	w->dropping = 0;
}

int64_t
wire_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum wire_status
wire_line(
    struct wire *w, size_t limit, int64_t deadline, char **line, size_t *n)
{
	size_t seen = 0;

	for (;;) {
		char *from = w->buffer + w->start + seen;
		char *newline = memchr(from, '\n', w->end - w->start - seen);
		enum wire_status status;

		if (newline != NULL)
			return take_line(w, newline, limit, line, n);
		seen = w->end - w->start;
		if (seen > limit + 1) { /* more than CR can follow */
			w->dropping = 1;
			w->start = w->end = seen = 0;
		}
		if ((status = fill(w, deadline)) != WIRE_OK)
			return status;
	}
}

enum wire_status
wire_octets(struct wire *w, int64_t deadline, char **octets, size_t *n)
{
	enum wire_status status;

	if (w->start == w->end && (status = fill(w, deadline)) != WIRE_OK)
		return status;
	*octets = w->buffer + w->start;
	*n = w->end - w->start;
	return WIRE_OK;
}

void
wire_consume(struct wire *w, size_t n)
{
	w->start += n;
}

size_t
wire_pending(const struct wire *w)
{
	return w->end - w->start;
}

bool
wire_has_line(const struct wire *w)
{
	return memchr(w->buffer + w->start, '\n', w->end - w->start) != NULL;
}

int
wire_readable(struct wire *w, int ms)
{
	return wire_pending(w) > 0 ||
	    wait_for(w->in, POLLIN, wire_now() + ms) == WIRE_OK;
}

enum wire_status
wire_write(struct wire *w, const void *octets, size_t n, int64_t deadline)
{
	const char *at = octets;

	while (n > 0) {
		ssize_t sent = send_some(w->out, at, n);
		enum wire_status status;

		if (sent == -1 && errno == EAGAIN) {
			status = wait_for(w->out, POLLOUT, deadline);
			if (status != WIRE_OK)
				return status;
			continue;
		}
		if (sent == -1 && errno == EINTR)
			continue;
		if (sent == -1)
			return WIRE_ERROR;
		at += sent;
		n -= (size_t)sent;
	}
	return WIRE_OK;
}

/* Reads once, behind what is there. */
static enum wire_status
fill(struct wire *w, int64_t deadline)
{
	ssize_t n;

	if (w->start > 0) {
		memmove(w->buffer, w->buffer + w->start, w->end - w->start);
		w->end -= w->start;
		w->start = 0;
	}
	do {
		enum wire_status status = wait_for(w->in, POLLIN, deadline);

		if (status != WIRE_OK)
			return status;
		n = read(w->in, w->buffer + w->end, sizeof w->buffer - w->end);
	} while (n == -1 && (errno == EINTR || errno == EAGAIN));
	if (n <= 0)
		return n == 0 ? WIRE_EOF : WIRE_ERROR;
	w->end += (size_t)n;
	return WIRE_OK;
}

/* Without waiting where FD is a socket; a terminal or a pipe just blocks. */
static ssize_t
send_some(int fd, const char *octets, size_t n)
{
	ssize_t sent = send(fd, octets, n, MSG_DONTWAIT | MSG_NOSIGNAL);

	return sent == -1 && errno == ENOTSOCK ? write(fd, octets, n) : sent;
}

static enum wire_status
wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd p = {.fd = fd, .events = events};

	for (;;) {
		int64_t left = deadline - wire_now();
		int ready;

		if (left < 0)
			left = 0;
		ready = poll(&p, 1, left > 3600000 ? 3600000 : (int)left);
		if (ready > 0)
			return WIRE_OK;
		if (ready == -1 && errno != EINTR)
			return WIRE_ERROR;
		if (ready == 0 && wire_now() >= deadline)
			return WIRE_TIMEOUT;
	}
}

static enum wire_status
take_line(struct wire *w, char *newline, size_t limit, char **line, size_t *n)
{
	char *start = w->buffer + w->start;
	int dropped = w->dropping;

	w->start = (size_t)(newline + 1 - w->buffer);
	w->dropping = 0;
	*line = start;
	*n = (size_t)(newline - start);
	if (!dropped && *n > 0 && newline[-1] == '\r') {
		--*n;
		return *n > limit ? WIRE_LINE_LONG : WIRE_OK;
	}
	return dropped || *n > limit ? WIRE_LINE_LONG : WIRE_BARE_LF;
}
