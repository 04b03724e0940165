/* SPDX-License-Identifier: ISC */
/*
 * The start of a session (RFC 5321 3.1, 4.1.1.1):
 *
 *	S: 220 mx.example.net ESMTP
 *	C: EHLO backup.example.org
 *	S: 250-mx.example.net
 *	S: 250 PIPELINING
 *
 * No refusal here is permanent for a message: a host that does not greet today
 * may tomorrow, and another may greet now.
 */
#include "open.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "starttls.h"

static void keep_failure(struct send_answer *);
static void demand_requiretls(struct send_target *);
static bool take_sure(struct session *, struct send_answer *);
static void sum_up(struct send_answer *, bool final);
static bool keep_target(
    struct session *, const struct send_target *, struct send_answer *);
static bool try_target(
    struct session *, const struct send_target *, struct send_answer *);
static bool try_once(
    struct session *, const struct send_target *, struct send_answer *);
static int connect_to(const struct session *, const struct send_target *);
static int await_connection(int, int64_t);
static bool greet(struct session *, struct reply *);
static bool is_us(struct session *, struct reply *);

void
open_session(
    struct session *s, const struct send_request *r, struct send_answer *a)
{
	size_t without = 0; /* REQUIRETLS */
	bool insecure = false;

	session_close(s);
	s->identity = r->identity;
	s->no_xclient = s->resting = false;
	strlcpy(s->helo, r->helo, sizeof s->helo);
	strlcpy(s->libexec, r->libexec, sizeof s->libexec);
	strlcpy(s->authorities, r->authorities, sizeof s->authorities);
	*a = (struct send_answer){.status = SEND_TEMPORARY};
	for (size_t i = 0; i < r->ntarget; i++) {
		struct send_target t = r->target[i];

		keep_failure(a);
		if (r->requiretls)
			demand_requiretls(&t);
		if (!try_target(s, &t, a) || !keep_target(s, &t, a) ||
		    (r->requiretls && !take_sure(s, a))) {
			without += strcmp(a->reply.enhanced, "5.7.30") == 0;
			insecure |= *a->tls.failure != '\0';
			continue;
		}
		a->status = SEND_IS_OPEN;
		ehlo_format(&s->ehlo, a->ext, sizeof a->ext);
		return;
	}
	if (r->requiretls && (without > 0 || insecure))
		sum_up(a, without == r->ntarget);
}

bool
open_again(struct session *s)
{
	struct send_answer a = {.status = SEND_TEMPORARY};

	session_close(s);
	s->resting = false;
	if (try_target(s, &s->target, &a))
		return true;
	snprintf(s->why, sizeof s->why, "%d%s%s %.400s", a.reply.code,
	    *a.reply.enhanced ? " " : "", a.reply.enhanced, a.reply.text);
	return false;
}

bool
say_hello(struct session *s, const char *helo, struct reply *r)
{
	char line[DOMAIN_LEN + 8];

	snprintf(line, sizeof line, "EHLO %s\r\n", helo);
	s->ehlo = (struct ehlo){.size = false};
	if (!session_push(s, STEP_EHLO, line, strlen(line), false) ||
	    !session_reply(s, STEP_EHLO, r, &s->ehlo))
		return false;
	s->ehlo.requiretls &= *s->secured.protocol != '\0';
	if (r->code < 500 || !session_is_open(s))
		return true;
	/* RFC 5321 3.2: a server without extensions */
	s->ehlo = (struct ehlo){.size = false};
	snprintf(line, sizeof line, "HELO %s\r\n", helo);
	return session_command(s, STEP_EHLO, line, r);
}

/* Of the target before: the next one is about to take its place. */
static void
keep_failure(struct send_answer *a)
{
	struct send_failed *f = &a->failed[a->nfailed];

	if (*a->tls.failure == '\0' || a->nfailed == SEND_FAILED)
		return;
	a->nfailed++;
	strlcpy(f->host, a->host, sizeof f->host);
	strlcpy(f->failure, a->tls.failure, sizeof f->failure);
	strlcpy(f->why, a->tls.why, sizeof f->why);
}

static void
demand_requiretls(struct send_target *t)
{
	if (t->tls < SEND_TLS_VERIFY)
		t->tls = SEND_TLS_VERIFY;
	t->lenient = false;
}

static bool
take_sure(struct session *s, struct send_answer *a)
{
	if (session_is_sure(s))
		return true;
	reply_set(&a->reply, 550, "5.7.30",
	    "REQUIRETLS support required, which %s does not offer", s->host);
	session_close(s);
	return false;
}

/* Only where each host was asked, and none offers it, nothing is to be waited
 * for. */
static void
sum_up(struct send_answer *a, bool final)
{
	char why[REPLY_TEXT];

	if (final)
		return;
	strlcpy(why, a->reply.text, sizeof why);
	reply_set(&a->reply, 450, "4.7.10",
	    "Encryption needed (REQUIRETLS): %.400s", why);
}

/* To open it again; false: no memory, and it is closed. */
static bool
keep_target(
    struct session *s, const struct send_target *t, struct send_answer *a)
{
	char *tlsa = strdup(t->tlsa == NULL ? "" : t->tlsa);

	free(s->tlsa);
	s->tlsa = tlsa;
	s->target = *t;
	s->target.tlsa = tlsa;
	if (tlsa != NULL)
		return true;
	reply_set(&a->reply, 451, "4.3.0", "%s", strerror(errno));
	session_close(s);
	return false;
}

/* Where nobody asks for TLS, no TLS is better than no mail (RFC 7435 3). */
static bool
try_target(
    struct session *s, const struct send_target *t, struct send_answer *a)
{
	bool up;

	s->secured = (struct send_secured){.protocol = ""};
	up = try_once(s, t, a);
	if (!up && (t->tls == SEND_TLS_MAY || t->lenient) &&
	    *s->secured.failure != '\0') {
		struct send_target clear = *t;

		clear.tls = SEND_TLS_NONE;
		up = try_once(s, &clear, a);
	}
	a->tls = s->secured;
	return up;
}

static bool
try_once(struct session *s, const struct send_target *t, struct send_answer *a)
{
	char literal[LITERAL_LEN + 1];
	int fd;

	ip_format_literal(&t->ip, literal);
	snprintf(a->host, sizeof a->host, "%s %s", t->host, literal);
	if ((fd = connect_to(s, t)) == -1) {
		reply_set(&a->reply, 451, "4.4.1", "connect to %s:%u: %s",
		    a->host, t->port, strerror(errno));
		return false;
	}
	session_init(s, fd, a->host);
	a->reply.code = 0;
	if (greet(s, &a->reply) && starttls(s, t, &a->reply) &&
	    session_is_open(s)) {
		s->xclient = s->ehlo.xclient;
		return true;
	}
	session_close(s);
	if (a->reply.code < 400)
		reply_set(&a->reply, 451, "4.4.2", "%s", s->why);
	return false;
}

/* A connected, non-blocking socket, or -1 with errno. */
static int
connect_to(const struct session *s, const struct send_target *t)
{
	struct sockaddr_storage ss;
	socklen_t len = ip_to_sockaddr(&t->ip, t->port, &ss);
	unsigned seconds = WAIT_CONNECT;
	int fd, error, on = 1;

	fd =
	    socket(t->ip.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	if (s->limit > 0 && s->limit < seconds)
		seconds = s->limit;
	/* flights are whole writes: waiting for more gains nothing */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	error = connect(fd, (struct sockaddr *)&ss, len) == 0 ? 0 : errno;
	if (error == EINPROGRESS)
		error =
		    await_connection(fd, wire_now() + (int64_t)seconds * 1000);
	if (error == 0)
		return fd;
	close(fd);
	errno = error;
	return -1;
}

/* 0 or an errno. */
static int
await_connection(int fd, int64_t deadline)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	socklen_t len = sizeof(int);
	int64_t left;
	int error, n;

	do {
		left = deadline - wire_now();
		n = left > 0 ? poll(&p, 1, (int)left) : 0;
	} while (n == -1 && errno == EINTR);
	if (n == 0)
		return ETIMEDOUT;
	if (n == -1 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		return errno;
	return error;
}

/* True when the server is ready for mail; else OUT is what it said, if it
 * did (code 0: the session's why tells). */
static bool
greet(struct session *s, struct reply *out)
{
	struct reply r;

	if (!session_reply(s, STEP_GREETING, &r, NULL))
		return false;
	if (r.code != 220) {
		*out = r;
		return false;
	}
	/* what follows the greeting unasked would be EHLO's answer */
	if (!session_is_quiet(s, STEP_GREETING) || !say_hello(s, s->helo, &r))
		return false;
	*out = r;
	return r.code == 250 && !is_us(s, out);
}

/* The last guard against a loop (RFC 5321 5.1): behind address translation
 * our own host may answer at an address that is not ours. */
static bool
is_us(struct session *s, struct reply *out)
{
	if (strcasecmp(s->ehlo.name, s->helo) != 0)
		return false;
	reply_set(out, 451, "4.4.6", "%s calls itself %s, as we do: a loop",
	    s->host, s->helo);
	return true;
}
