/* SPDX-License-Identifier: ISC */
/*
 * Blocks of "key=value" lines between a program and its helper.  Both ends are
 * ours, but a helper has met hostile octets: nothing here trusts a length.
 */
#include "pairs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "endpoint.h"
#include "record.h"
#include "wire.h"

enum { POLL_MS = 3600 * 1000 }; /* poll(2) takes an int */
enum { PIECE = 2000 };		/* three times that is less than RECORD_LEN */

union control { /* room for one descriptor, aligned (cmsg(3)) */
	struct cmsghdr head;
	char room[CMSG_SPACE(sizeof(int))];
};

static bool reserve(struct pairs *, size_t);
static void append(struct pairs *, const char *, size_t);
static int send_all(const struct pairs *, int, int, int64_t);
static ssize_t send_some(int, const char *, size_t, int);
static int wait_for(int, short, int64_t);
static enum pairs_status take_line(
    struct pairs_in *, char *, const char *end, const char **key, char **value);
static enum pairs_status split(char *, size_t, const char **, char **);
static enum pairs_status fill(struct pairs_in *, int64_t);
static ssize_t receive(struct pairs_in *);
static size_t wanted(const struct pairs_in *);
static void take_passed(struct pairs_in *, struct msghdr *);

void
pairs_init(struct pairs *p)
{
	*p = (struct pairs){.text = NULL};
}

void
pairs_add(struct pairs *p, const char *key, const char *value)
{
	pairs_add_octets(p, key, value, strlen(value));
}

void
pairs_add_octets(struct pairs *p, const char *key, const char *value, size_t n)
{
	size_t len;

	append(p, key, strlen(key));
	append(p, "=", 1);
	if (!reserve(p, 3 * n + 4))
		return;
	value_encode(value, n, p->text + p->len, p->room - p->len, &len);
	p->len += len;
	append(p, "\n", 1);
}

void
pairs_add_number(struct pairs *p, const char *key, uint64_t value)
{
	char digits[24];

	snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
	pairs_add(p, key, digits);
}

void
pairs_add_text(struct pairs *p, const char *key, const char *value)
{
	if (*value != '\0')
		pairs_add(p, key, value);
}

void
pairs_add_true(struct pairs *p, const char *key, bool value)
{
	if (value)
		pairs_add(p, key, "1");
}

void
pairs_add_long(struct pairs *p, const char *key, const char *value)
{
	for (size_t n; (n = strnlen(value, PIECE)) > 0; value += n)
		pairs_add_octets(p, key, value, n);
}

void
pairs_add_endpoints(
    struct pairs *p, const char *key, const struct endpoints *list)
{
	char text[ENDPOINT_TEXT];

	for (unsigned i = 0; i < list->n; i++) {
		endpoint_format(&list->at[i], text);
		pairs_add(p, key, text);
	}
}

int
pairs_send(struct pairs *p, int fd, int pass, int64_t deadline)
{
	int result = -1;

	append(p, "\n", 1);
	if (p->failed)
		errno = ENOMEM;
	else
		result = send_all(p, fd, pass, deadline);
	pairs_free(p);
	return result;
}

void
pairs_free(struct pairs *p)
{
	free(p->text);
	pairs_init(p);
}

void
pairs_copy(struct pairs *to, const struct pairs *from)
{
	pairs_init(to);
	to->failed = from->failed;
	if (from->len > 0)
		append(to, from->text, from->len);
}

void
pairs_in_init(struct pairs_in *in, int fd)
{
	in->fd = fd;
	in->passed = -1;
	in->socket = true;
	in->exact = false;
	in->start = in->end = in->block = 0;
}

enum pairs_status
pairs_next(
    struct pairs_in *in, int64_t deadline, const char **key, char **value)
{
	for (;;) {
		char *line = in->buffer + in->start;
		char *end = memchr(line, '\n', in->end - in->start);
		enum pairs_status status;

		if (end != NULL)
			return take_line(in, line, end, key, value);
		if ((status = fill(in, deadline)) != PAIRS_PAIR)
			return status;
	}
}

/* Who never ends its block is not listened to for ever. */
static enum pairs_status
take_line(struct pairs_in *in, char *line, const char *end, const char **key,
    char **value)
{
	size_t n = (size_t)(end - line);

	in->start += n + 1;
	in->block = n == 0 ? 0 : in->block + n + 1;
	if (in->block <= BLOCK_LEN)
		return split(line, n, key, value);
	errno = EBADMSG;
	return PAIRS_ERROR;
}

/* Room for N more octets. */
static bool
reserve(struct pairs *p, size_t n)
{
	size_t room = p->text == NULL ? 4096 : p->room;
	char *text;

	while (room - p->len < n)
		room *= 2;
	if (p->failed)
		return false;
	if (p->text != NULL && room == p->room)
		return true;
	if ((text = realloc(p->text, room)) == NULL) {
		p->failed = true;
		return false;
	}
	p->text = text;
	p->room = room;
	return true;
}

static void
append(struct pairs *p, const char *s, size_t n)
{
	if (!reserve(p, n))
		return;
	memcpy(p->text + p->len, s, n);
	p->len += n;
}

static int
send_all(const struct pairs *p, int fd, int pass, int64_t deadline)
{
	size_t sent = 0;

	while (sent < p->len) {
		ssize_t n = send_some(fd, p->text + sent, p->len - sent, pass);

		if (n == -1 && errno != EAGAIN && errno != EINTR)
			return -1;
		if (n == -1 && wait_for(fd, POLLOUT, deadline) == -1)
			return -1;
		if (n > 0) {
			sent += (size_t)n;
			pass = -1;
		}
	}
	return 0;
}

/* A pipe or a terminal, when a person uses the helper, is written plainly. */
static ssize_t
send_some(int fd, const char *s, size_t n, int pass)
{
	struct iovec iov = {.iov_base = (void *)(uintptr_t)s, .iov_len = n};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	union control control = {.room = {0}};
	ssize_t sent;

	if (pass != -1) {
		m.msg_control = &control;
		m.msg_controllen = sizeof control.room;
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof pass);
		memcpy(CMSG_DATA(&control.head), &pass, sizeof pass);
	}
	sent = sendmsg(fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent == -1 && errno == ENOTSOCK && pass == -1)
		return write(fd, s, n);
	return sent;
}

/* Until it is ready: a look that ends without that is no leave to block. */
static int
wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd p = {.fd = fd, .events = events};

	for (;;) {
		int64_t left = deadline == -1 ? -1 : deadline - wire_now();
		int n;

		if (deadline != -1 && left <= 0) {
			errno = ETIMEDOUT;
			return -1;
		}
		n = poll(&p, 1, left > POLL_MS ? POLL_MS : (int)left);
		if (n > 0)
			return 0;
		if (n == -1 && errno != EINTR)
			return -1;
	}
}

/* Decodes in place: what is decoded is never longer. */
static enum pairs_status
split(char *line, size_t len, const char **key, char **value)
{
	char *equals = memchr(line, '=', len);
	size_t n;

	if (len == 0)
		return PAIRS_END;
	errno = EBADMSG;
	if (equals == NULL)
		return PAIRS_ERROR;
	*equals = line[len] = '\0';
	*key = line;
	*value = equals + 1;
	n = len - (size_t)(equals + 1 - line);
	if (strlen(line) + 1 + strlen(*value) != len ||
	    !value_decode(*value, n, *value, n + 2, &n) || strlen(*value) != n)
		return PAIRS_ERROR;
	return PAIRS_PAIR;
}

/* Reads more; PAIRS_PAIR when there is some. */
static enum pairs_status
fill(struct pairs_in *in, int64_t deadline)
{
	ssize_t n;

	memmove(in->buffer, in->buffer + in->start, in->end - in->start);
	in->end -= in->start;
	in->start = 0;
	if (in->end == sizeof in->buffer) {
		errno = EBADMSG;
		return PAIRS_ERROR;
	}
	if (deadline != -1 && wait_for(in->fd, POLLIN, deadline) == -1)
		return PAIRS_ERROR;
	n = receive(in);
	if (n == 0 || (n == -1 && errno == ECONNRESET))
		return PAIRS_EOF;
	if (n == -1 && errno != EINTR && errno != EAGAIN)
		return PAIRS_ERROR;
	if (n > 0)
		in->end += (size_t)n;
	return PAIRS_PAIR;
}

static ssize_t
receive(struct pairs_in *in)
{
	union control control;
	struct iovec iov = {
	    .iov_base = in->buffer + in->end, .iov_len = wanted(in)};
	struct msghdr m = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof control};
	ssize_t n;

	if (in->socket) {
		n = recvmsg(in->fd, &m, MSG_CMSG_CLOEXEC);
		if (n != -1 || errno != ENOTSOCK) {
			if (n != -1)
				take_passed(in, &m);
			return n;
		}
		in->socket = false;
	}
	return read(in->fd, iov.iov_base, iov.iov_len);
}

/* How much to read.  What is here already is the start of a line, so the empty
 * line of the end is the first that comes, or behind another. */
static size_t
wanted(const struct pairs_in *in)
{
	size_t room = sizeof in->buffer - in->end;
	char ahead[4096], *end;
	ssize_t n;

	if (!in->exact)
		return room;
	if (room > sizeof ahead)
		room = sizeof ahead;
	n = recv(in->fd, ahead, room, MSG_PEEK);
	if (n <= 0) /* a pipe; or the end, or an error, which comes again */
		return 1;
	if (in->start == in->end && *ahead == '\n')
		return 1;
	end = memmem(ahead, (size_t)n, "\n\n", 2);
	return end == NULL ? (size_t)n : (size_t)(end - ahead) + 2;
}

/* The room for one is padded, and another fits there: who sends several means
 * harm, and none is kept. */
static void
take_passed(struct pairs_in *in, struct msghdr *m)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	int fd[sizeof(union control) / sizeof(int)];
	size_t n;

	if (c == NULL || c->cmsg_level != SOL_SOCKET ||
	    c->cmsg_type != SCM_RIGHTS)
		return;
	n = (c->cmsg_len - CMSG_LEN(0)) / sizeof *fd;
	memcpy(fd, CMSG_DATA(c), n * sizeof *fd);
	if (n == 1) {
		if (in->passed != -1)
			close(in->passed);
		in->passed = *fd;
		return;
	}
	while (n > 0)
		close(fd[--n]);
}
