/* SPDX-License-Identifier: ISC */
/*
 * Connection, mx-tls, sandbox, then the first octets of others (RFC 8461 3.3):
 *
 *	GET /.well-known/mta-sts.txt HTTP/1.1
 *	Host: mta-sts.example.org
 *
 * The certificate has to be for that name; redirects are not followed.  mx-tls
 * ends with the stream, so that nothing is left to wait for.
 */
#include "fetch.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http.h"
#include "sandbox.h"
#include "tlsproto.h"
#include "wire.h"

enum { CONNECT_MS = 10000, GET_LEN = DOMAIN_LEN + 128 };

struct fetch {
	const struct sts_request *request;
	struct sts_answer *answer;
	int64_t deadline;
	char host[DOMAIN_LEN + 1];
	int network;
	struct helper tls;
	struct http http;
};

static bool connect_to_any(struct fetch *);
static int connect_to(const struct endpoint *, int64_t);
static bool start_tls(struct fetch *, struct tls_answer *);
static bool finish_tls(struct fetch *, struct tls_answer *);
static bool get(struct fetch *);
static enum http_status receive(struct fetch *);
static bool wait_for(int, short, int64_t);
static bool failed(struct fetch *, enum sts_failure, const char *, ...)
    __attribute__((format(printf, 3, 4)));

int
fetch_policy(const struct sts_request *r, struct sts_answer *a)
{
	static struct fetch f;
	const struct sandbox box = {.seconds = 5};
	struct tls_answer tls;

	f = (struct fetch){
	    .request = r, .answer = a, .deadline = wire_now() + r->deadline_ms};
	snprintf(f.host, sizeof f.host, "mta-sts.%.245s", r->domain);
	if (!connect_to_any(&f) || !start_tls(&f, &tls))
		return 0;
	if (sandbox_enter(&box) == -1)
		return -1;
	if (!finish_tls(&f, &tls) || !get(&f))
		return 0;
	if (!sts_policy_parse(&a->policy, f.http.body, f.http.len))
		failed(&f, STS_INVALID, "the policy can not be parsed");
	return 0;
}

static bool
connect_to_any(struct fetch *f)
{
	int error = 0;

	for (unsigned i = 0; i < f->request->addresses.n; i++) {
		int64_t until = wire_now() + CONNECT_MS;

		if (until > f->deadline)
			until = f->deadline;
		f->network = connect_to(&f->request->addresses.at[i], until);
		if (f->network != -1)
			return true;
		error = errno;
	}
	return failed(f, STS_FETCH_ERROR, "connect: %s", strerror(error));
}

static int
connect_to(const struct endpoint *to, int64_t deadline)
{
	struct sockaddr_storage ss;
	socklen_t len = ip_to_sockaddr(&to->ip, to->port, &ss);
	socklen_t size = sizeof(int);
	int fd = socket(
	    to->ip.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error;

	if (fd == -1)
		return -1;
	if (connect(fd, (struct sockaddr *)&ss, len) == 0)
		return fd;
	error = errno == EINPROGRESS ? ETIMEDOUT : errno;
	if (error == ETIMEDOUT && wait_for(fd, POLLOUT, deadline) &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == -1)
		error = errno;
	if (error == 0)
		return fd;
	close(fd);
	errno = error;
	return -1;
}

static bool
start_tls(struct fetch *f, struct tls_answer *a)
{
	const struct tls_call call = {
	    f->request->libexec, f->network, f->deadline};
	const char *file = f->request->authorities;
	struct tls_request r = {.mode = TLS_CLIENT,
	    .verify = TLS_PKIX,
	    .server_name = f->host,
	    .name = {1, {f->host}},
	    .ca_file = *file != '\0' ? file : NULL,
	    .deadline_ms = f->request->deadline_ms};

	if (tls_start(&call, &r, &f->tls, a) == 0) {
		close(f->network); /* mx-tls has its own */
		return true;
	}
	return failed(f, STS_FETCH_ERROR, "mx-tls: %s",
	    *a->reason ? a->reason : strerror(errno));
}

static bool
finish_tls(struct fetch *f, struct tls_answer *a)
{
	if (tls_read_answer(&f->tls.in, f->deadline, a) == -1)
		return failed(f, STS_FETCH_ERROR, "TLS: %s", strerror(errno));
	if (a->up)
		return true;
	return failed(f,
	    a->failure == TLS_VALIDATION ? STS_FETCH_ERROR : STS_WEBPKI_INVALID,
	    "%s", a->reason);
}

static bool
get(struct fetch *f)
{
	char text[GET_LEN];
	size_t n = (size_t)snprintf(text, sizeof text,
	    "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: %s\r\n"
	    "Accept: text/plain\r\nConnection: close\r\n\r\n",
	    f->host);
	enum http_status status;

	/* so little that the socket takes it at once */
	if (send(f->tls.fd, text, n, MSG_NOSIGNAL) != (ssize_t)n)
		return failed(f, STS_FETCH_ERROR, "%s", strerror(errno));
	http_begin(&f->http);
	status = receive(f);
	return status == HTTP_DONE ||
	    (status == HTTP_REFUSED &&
		failed(f, STS_FETCH_ERROR, "%s", f->http.why));
}

/* MORE: it failed, and that was told. */
static enum http_status
receive(struct fetch *f)
{
	enum http_status status = HTTP_MORE;
	char octets[16384];
	ssize_t n;

	while (status == HTTP_MORE) {
		if (!wait_for(f->tls.fd, POLLIN, f->deadline)) {
			failed(f, STS_FETCH_ERROR, "it takes too long");
			return HTTP_MORE;
		}
		n = recv(f->tls.fd, octets, sizeof octets, 0);
		if (n <= 0) {
			failed(f, STS_FETCH_ERROR, "it ends too early");
			return HTTP_MORE;
		}
		status = http_push(&f->http, octets, (size_t)n);
	}
	return status;
}

static bool
wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd p = {.fd = fd, .events = events};
	int64_t left;
	int n;

	do {
		left = deadline - wire_now();
		n = left > 0 ? poll(&p, 1, (int)left) : 0;
	} while (n == -1 && errno == EINTR);
	return n == 1;
}

static bool
failed(struct fetch *f, enum sts_failure failure, const char *format, ...)
{
	struct sts_answer *a = f->answer;
	va_list ap;

	a->failure = failure;
	va_start(ap, format);
	vsnprintf(a->reason, sizeof a->reason, format, ap);
	va_end(ap);
	return false;
}
