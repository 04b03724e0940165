/* SPDX-License-Identifier: ISC */
/*
 * A message in its file: header fields (RFC 5322 2.2), an empty line, the body
 * in pieces.  Lines end with CR LF; a bare CR or LF is any octet.
 */
#include "feed.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "wire.h"

enum { PIECE = 64 * 1024 };

struct feed {
	int fd;
	uint64_t at, end; /* of what is not yet read */
	size_t fields;	  /* octets of the header fields */
	size_t body;	  /* where the body begins */
	size_t n;
	char buffer[HEADER_LEN + PIECE];
};

static int read_header(struct feed *);
static bool find_body(struct feed *, size_t);
static void push_fields(const struct feed *, const struct eaters *);
static void push_field(const char *, size_t, const struct eaters *);
static int push_body(
    struct feed *, const struct eaters *, int64_t, bool *whole);
static ssize_t read_piece(struct feed *, char *);

int
feed_message(
    const struct eaters *to, const struct dkim_request *r, int64_t deadline)
{
	struct feed *m = malloc(sizeof *m);
	bool whole = true, signed_, chained;
	int result;

	if (m == NULL)
		return -1;
	m->fd = r->fd;
	m->at = r->offset;
	m->end = r->size == 0 ? INT64_MAX : r->offset + r->size;
	if ((result = read_header(m)) == 0) {
		push_fields(m, to);
		signed_ = verify_header_end(to->verify);
		chained = chain_header_end(to->chain);
		if (signed_ || chained)
			result = push_body(m, to, deadline, &whole);
		verify_end(to->verify, whole && result == 0);
		chain_end(to->chain, whole && result == 0);
	}
	free(m);
	return result;
}

static int
read_header(struct feed *m)
{
	ssize_t n;

	m->n = 0;
	do {
		if (m->n > HEADER_LEN) {
			errno = EMSGSIZE;
			return -1;
		}
		if ((n = read_piece(m, m->buffer + m->n)) == -1)
			return -1;
		m->n += (size_t)n;
	} while (!find_body(m, m->n - (size_t)n) && n > 0);
	return 0;
}

/* Among the octets from FROM on, and the three before; without an empty line
 * all is header. */
static bool
find_body(struct feed *m, size_t from)
{
	const char *empty;

	m->fields = m->body = m->n;
	if (m->n >= 2 && memcmp(m->buffer, "\r\n", 2) == 0) {
		m->fields = 0;
		m->body = 2;
		return true;
	}
	from = from < 3 ? 0 : from - 3;
	empty = memmem(m->buffer + from, m->n - from, "\r\n\r\n", 4);
	if (empty == NULL)
		return false;
	m->fields = (size_t)(empty - m->buffer) + 2;
	m->body = m->fields + 2;
	return true;
}

static void
push_fields(const struct feed *m, const struct eaters *to)
{
	const char *start = m->buffer, *end = start + m->fields, *at = start;

	while (at < end) {
		const char *line = memmem(at, (size_t)(end - at), "\r\n", 2);

		at = line == NULL ? end : line + 2;
		if (at < end && (*at == ' ' || *at == '\t'))
			continue;
		push_field(
		    start, (size_t)((line == NULL ? end : line) - start), to);
		start = at;
	}
}

static void
push_field(const char *field, size_t n, const struct eaters *to)
{
	const char *colon = memchr(field, ':', n);
	size_t name = colon == NULL ? 0 : (size_t)(colon - field);

	while (name > 0 && (field[name - 1] == ' ' || field[name - 1] == '\t'))
		name--;
	if (name == 4 && strncasecmp(field, "from", 4) == 0)
		from_add(to->from, colon + 1, n - (size_t)(colon + 1 - field));
	verify_field(to->verify, field, n);
	chain_field(to->chain, field, n);
}

static int
push_body(
    struct feed *m, const struct eaters *to, int64_t deadline, bool *whole)
{
	size_t at = m->body;
	ssize_t n = 1;

	while (n > 0) {
		if (m->n > at) {
			verify_body(to->verify, m->buffer + at, m->n - at);
			chain_body(to->chain, m->buffer + at, m->n - at);
		}
		if (wire_now() >= deadline) {
			*whole = false;
			return 0;
		}
		if ((n = read_piece(m, m->buffer)) == -1)
			return -1;
		m->n = (size_t)n;
		at = 0;
	}
	return 0;
}

/* 0 at the end of the message. */
static ssize_t
read_piece(struct feed *m, char *out)
{
	uint64_t left = m->end - m->at;
	ssize_t n;

	do {
		n = pread(m->fd, out, left < PIECE ? (size_t)left : PIECE,
		    (off_t)m->at);
	} while (n == -1 && errno == EINTR);
	if (n > 0)
		m->at += (uint64_t)n;
	return n;
}
