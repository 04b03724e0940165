/* SPDX-License-Identifier: ISC */
/*
 * An end on one side becomes the end on the other, behind all that was before
 * it: close_notify or the end of TCP is the end of the clear stream; the end of
 * the clear stream is close_notify (RFC 8446 6.1) and the end of TCP.  A TCP
 * end without close_notify is one as well: SMTP knows itself where a message
 * ends.
 */
#include "shovel.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

enum {
	RECORD = 16384,	  /* RFC 8446 5.1 */
	LINGER_MS = 5000, /* for the peer to take the last and to close */
	PLAIN_IN = STDIN_FILENO,
	PLAIN_OUT = STDOUT_FILENO
};

struct flow { /* one way */
	char octets[RECORD];
	size_t start, end;
	bool ended;  /* no more will come in */
	bool closed; /* and that was told */
};

struct shovel {
	SSL *ssl;
	int network;
	short network_events; /* what TLS waits for */
	bool broken;
	int64_t until; /* once our side is closed */
	struct flow in, out;
};

static bool step(struct shovel *);
static bool read_tls(struct shovel *);
static bool write_plain(struct shovel *);
static bool read_plain(struct shovel *);
static bool write_tls(struct shovel *);
static bool close_tls(struct shovel *);
static bool tls_result(struct shovel *, int);
static bool is_over(const struct shovel *);
static bool await(struct shovel *);
static bool is_empty(const struct flow *);
static ssize_t receive(int, void *, size_t);
static ssize_t transmit(int, const void *, size_t);

void
shovel(SSL *ssl, int network)
{
	static struct shovel s;

	s.ssl = ssl;
	s.network = network;
	s.until = INT64_MAX;
	SSL_set_mode(ssl,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	while (!is_over(&s)) {
		s.network_events = 0;
		if (!step(&s) && !is_over(&s) && !await(&s))
			break;
	}
}

/* True when something moved. */
static bool
step(struct shovel *s)
{
	bool moved = read_tls(s);

	moved |= write_plain(s);
	moved |= read_plain(s);
	moved |= write_tls(s);
	return moved | close_tls(s);
}

static bool
read_tls(struct shovel *s)
{
	struct flow *f = &s->in;
	int n;

	if (f->ended || !is_empty(f) || s->broken)
		return false;
	ERR_clear_error();
	if ((n = SSL_read(s->ssl, f->octets, RECORD)) > 0) {
		f->start = 0;
		f->end = (size_t)n;
		return true;
	}
	if (SSL_get_error(s->ssl, n) != SSL_ERROR_ZERO_RETURN)
		return tls_result(s, n);
	return f->ended = true;
}

/* Who asked may have gone without reading all: the rest is for nobody. */
static bool
write_plain(struct shovel *s)
{
	struct flow *f = &s->in;
	ssize_t n;

	if (is_empty(f)) {
		if (!f->ended || f->closed)
			return false;
		if (shutdown(PLAIN_OUT, SHUT_WR) == -1)
			close(PLAIN_OUT);
		return f->closed = true;
	}
	n = transmit(PLAIN_OUT, f->octets + f->start, f->end - f->start);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return false;
	f->start += n == -1 ? f->end - f->start : (size_t)n;
	return true;
}

static bool
read_plain(struct shovel *s)
{
	struct flow *f = &s->out;
	ssize_t n;

	if (f->ended || !is_empty(f))
		return false;
	n = receive(PLAIN_IN, f->octets, RECORD);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return false;
	f->start = 0;
	f->end = n > 0 ? (size_t)n : 0;
	f->ended = n <= 0;
	return true;
}

static bool
write_tls(struct shovel *s)
{
	struct flow *f = &s->out;
	int n;

	if (is_empty(f) || s->broken)
		return false;
	ERR_clear_error();
	n = SSL_write(s->ssl, f->octets + f->start, (int)(f->end - f->start));
	if (n <= 0)
		return tls_result(s, n);
	f->start += (size_t)n;
	return true;
}

static bool
close_tls(struct shovel *s)
{
	struct flow *f = &s->out;
	int n;

	if (!f->ended || !is_empty(f) || f->closed || s->broken)
		return false;
	ERR_clear_error();
	if ((n = SSL_shutdown(s->ssl)) < 0)
		return tls_result(s, n);
	shutdown(s->network, SHUT_WR);
	s->until = wire_now() + LINGER_MS;
	return f->closed = true;
}

/* TLS can not go on now, or never. */
static bool
tls_result(struct shovel *s, int n)
{
	int error = SSL_get_error(s->ssl, n);

	if (error == SSL_ERROR_WANT_READ)
		s->network_events |= POLLIN;
	else if (error == SSL_ERROR_WANT_WRITE)
		s->network_events |= POLLOUT;
	else
		s->broken = true;
	return false;
}

static bool
is_over(const struct shovel *s)
{
	if (s->broken) /* what came before it is still good */
		return is_empty(&s->in) || s->out.ended;
	return s->out.closed &&
	    ((s->in.ended && is_empty(&s->in)) || wire_now() >= s->until);
}

/* Only what is waited for is looked at: an end that was seen, or can not be
 * dealt with yet, would be seen again and again. */
static bool
await(struct shovel *s)
{
	bool read = !s->out.ended && is_empty(&s->out);
	struct pollfd p[] = {{.fd = s->network_events != 0 ? s->network : -1,
				 .events = s->network_events},
	    {.fd = read ? PLAIN_IN : -1, .events = POLLIN},
	    {.fd = is_empty(&s->in) ? -1 : PLAIN_OUT, .events = POLLOUT}};
	int64_t left = s->until - wire_now();
	int ms = -1;

	if (s->until != INT64_MAX)
		ms = left > 0 ? (int)left : 0;
	return poll(p, 3, ms) != -1 || errno == EINTR;
}

static bool
is_empty(const struct flow *f)
{
	return f->start == f->end;
}

/* Never blocks; from a pipe, when a person uses us, because it was asked. */
static ssize_t
receive(int fd, void *octets, size_t n)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	ssize_t got = recv(fd, octets, n, MSG_DONTWAIT);

	if (got != -1 || errno != ENOTSOCK)
		return got;
	if (poll(&p, 1, 0) == 1)
		return read(fd, octets, n);
	errno = EAGAIN;
	return -1;
}

static ssize_t
transmit(int fd, const void *octets, size_t n)
{
	ssize_t sent = send(fd, octets, n, MSG_DONTWAIT | MSG_NOSIGNAL);

	return sent == -1 && errno == ENOTSOCK ? write(fd, octets, n) : sent;
}
