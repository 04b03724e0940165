/* SPDX-License-Identifier: ISC */
/* The socket to a scanner: connecting, sending, hearing, all by a deadline. */
#include "scan.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ip.h"
#include "wire.h"

enum { BLOCK = 64 * 1024 };

static bool parse_address(
    const char *, struct sockaddr_storage *, socklen_t *, bool *local);
static short await(struct scan *, short events);

bool
scan_connect(struct scan *s)
{
	struct sockaddr_storage ss;
	socklen_t n, len = sizeof n;
	int error = 0;

	if (!parse_address(s->asked->socket, &ss, &n, &s->local))
		return scan_failed(s, "socket is neither a path nor IP:port");
	s->fd =
	    socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd == -1)
		return scan_failed(s, strerror(errno));
	if (connect(s->fd, (struct sockaddr *)&ss, n) == 0)
		return true;
	if (errno != EINPROGRESS)
		return scan_failed(s, strerror(errno));
	if (await(s, POLLOUT) == 0)
		return false;
	len = sizeof error;
	getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	return error == 0 || scan_failed(s, strerror(error));
}

bool
scan_send(struct scan *s, const void *octets, size_t n)
{
	const char *at = octets;
	short ready;

	while (n > 0) {
		ssize_t sent = send(s->fd, at, n, MSG_NOSIGNAL);

		if (sent == -1 && errno == EAGAIN) {
			if ((ready = await(s, POLLIN | POLLOUT)) == 0)
				return false;
			if (ready == POLLIN) /* and may read no more */
				return scan_failed(s, "it answers too soon");
			continue;
		}
		if (sent == -1 && errno != EINTR)
			return scan_failed(s, strerror(errno));
		if (sent > 0) {
			at += sent;
			n -= (size_t)sent;
		}
	}
	return true;
}

bool
scan_send_message(struct scan *s, uint64_t end,
    bool (*piece)(struct scan *, const char *, size_t))
{
	uint64_t at = s->asked->offset;
	static char block[BLOCK];

	while (at < end) {
		size_t want =
		    end - at > sizeof block ? sizeof block : (size_t)(end - at);
		ssize_t n = pread(s->message, block, want, (off_t)at);

		if (n <= 0)
			return scan_failed(s, "the message can not be read");
		if (!piece(s, block, (size_t)n))
			return false;
		at += (uint64_t)n;
	}
	return true;
}

bool
scan_hear(struct scan *s, int stop)
{
	s->len = 0;
	while (s->len < REPLY_MOST) {
		char *at = s->reply + s->len;
		ssize_t n = recv(s->fd, at, REPLY_MOST - s->len, 0);

		if (n == -1 && errno == EAGAIN) {
			if (await(s, POLLIN) == 0)
				return false;
			continue;
		}
		if (n == -1 && errno != EINTR)
			return scan_failed(s, strerror(errno));
		if (n == 0 && stop != -1)
			return scan_failed(s, "it closed the connection");
		if (n == 0) {
			s->reply[s->len] = '\0';
			return true;
		}
		s->len += (size_t)(n > 0 ? n : 0);
		at = n > 0 && stop != -1 ? memchr(at, stop, (size_t)n) : NULL;
		if (at != NULL) {
			*at = '\0';
			return true;
		}
	}
	return scan_failed(s, "its reply has no end");
}

bool
scan_failed(struct scan *s, const char *why)
{
	s->answer->result = SCAN_FAILED;
	snprintf(s->answer->reason, sizeof s->answer->reason, "%s: %s",
	    s->asked->what == SCAN_SPAM ? "spamd" : "clamd", why);
	return false;
}

static bool
parse_address(
    const char *text, struct sockaddr_storage *ss, socklen_t *n, bool *local)
{
	const char *colon = strrchr(text, ':'), *wrong;
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	unsigned short port;
	struct ip ip;
	size_t len;

	memset(ss, 0, sizeof *ss);
	if ((*local = *text == '/')) {
		*n = sizeof sun;
		if (strlcpy(sun.sun_path, text, sizeof sun.sun_path) >=
		    sizeof sun.sun_path)
			return false;
		memcpy(ss, &sun, sizeof sun);
		return true;
	}
	if (colon == NULL)
		return false;
	port = (unsigned short)strtonum(colon + 1, 1, 65535, &wrong);
	len = (size_t)(colon - text);
	if (len > 2 && *text == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (wrong != NULL || !ip_parse(&ip, text, len))
		return false;
	*n = ip_to_sockaddr(&ip, port, ss);
	return true;
}

/* What is ready; 0 when nothing is by the deadline, which has failed. */
static short
await(struct scan *s, short events)
{
	struct pollfd p = {.fd = s->fd, .events = events};
	int64_t left;
	int n;

	do {
		left = s->deadline - wire_now();
		n = left > 0 ? poll(&p, 1, (int)left) : 0;
	} while (n == -1 && errno == EINTR);
	if (n > 0)
		return p.revents;
	scan_failed(s, n == 0 ? "it does not answer in time" : strerror(errno));
	return 0;
}
