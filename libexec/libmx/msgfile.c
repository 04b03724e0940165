/* SPDX-License-Identifier: ISC */
#include "msgfile.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static bool find_body(struct msgfile *, size_t);
static ssize_t read_piece(struct msgfile *, char *);

int
msgfile_begin(struct msgfile *m, int fd, uint64_t offset, uint64_t size)
{
	ssize_t n;

	m->fd = fd;
	m->at = offset;
	m->end = size == 0 ? INT64_MAX : offset + size;
	m->n = m->field = 0;
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

bool
msgfile_field(struct msgfile *m, const char **field, size_t *n)
{
	const char *start = m->buffer + m->field, *at = start;
	const char *end = m->buffer + m->fields, *line;

	if (at >= end)
		return false;
	do {
		line = memmem(at, (size_t)(end - at), "\r\n", 2);
		at = line == NULL ? end : line + 2;
	} while (at < end && (*at == ' ' || *at == '\t'));
	*field = start;
	*n = (size_t)((line == NULL ? end : line) - start);
	m->field = (size_t)(at - m->buffer);
	return true;
}

ssize_t
msgfile_body(struct msgfile *m, const char **octets)
{
	ssize_t n = (ssize_t)(m->n - m->body);

	*octets = m->buffer + m->body;
	if (n == 0) {
		*octets = m->buffer;
		n = read_piece(m, m->buffer);
	}
	m->n = m->body = 0;
	return n;
}

/* Among the octets from FROM on, and the three before; without an empty line
 * all is header. */
static bool
find_body(struct msgfile *m, size_t from)
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

/* 0 at the end of the message. */
static ssize_t
read_piece(struct msgfile *m, char *out)
{
	uint64_t left = m->end - m->at;
	ssize_t n;

	do {
		n = pread(m->fd, out,
		    left < MSGFILE_PIECE ? (size_t)left : MSGFILE_PIECE,
		    (off_t)m->at);
	} while (n == -1 && errno == EINTR);
	if (n > 0)
		m->at += (uint64_t)n;
	return n;
}
