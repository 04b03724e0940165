/* SPDX-License-Identifier: ISC */
/*
 * One connection from greeting to close: reads lines and message octets, hands
 * them to the session, writes its replies (RFC 5321 3, 4.5.3.2; RFC 2920).
 * Nothing of it may be left when another follows, but helpers, who keep nothing
 * of it either.
 */
#include "serve.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "connection.h"
#include "leave.h"
#include "log.h"
#include "slate.h"
#include "standby.h"
#include "starttls.h"

enum { LINGER_MS = 1000, SECOND = 1000 };

static void begin(struct connection *, const struct conf *, const struct lent *,
    const int fd[2]);
static void end(struct connection *);
static void converse(struct connection *);
static bool next_command(struct connection *, enum next *, struct reply *);
static bool is_asked_to_leave(struct connection *);
static bool answer(struct connection *, enum next, struct reply *);
static bool read_content(struct connection *, enum next, struct reply *);
static bool read_octets(struct connection *, enum next);
static bool is_too_slow(int64_t began, uint64_t octets);
static int64_t earlier(int64_t, int64_t);
static void linger(struct connection *);
static const char *word(const char *);
static void log_session(const struct connection *);

int
serve(const struct conf *conf, const struct lent *lent, int in, int out)
{
	struct slate slate;
	struct connection *c;

	if (!slate_init(&slate, sizeof *c, lent->standby != -1))
		return EX_OSERR;
	c = slate.octets;
	leave_when_asked();
	for (;;) {
		begin(c, conf, lent, (const int[]){in, out});
		if (greet(c))
			converse(c);
		end(c);
		if (lent->standby == -1)
			break;
		slate_wipe(&slate, c, offsetof(struct connection, staff));
		staff_rest(&c->staff, &slate);
		if ((in = out = standby_next(lent->standby)) == -1)
			break;
	}
	staff_end(&c->staff);
	return EX_OK;
}

static void
begin(struct connection *c, const struct conf *conf, const struct lent *lent,
    const int fd[2])
{
	/* a last stop, should all hang */
	alarm(conf->session_timeout + CHECKS_DATA + THROUGH_DATA + 60);
	c->conf = conf;
	c->end = "lost";
	c->began = wire_now();
	c->deadline = c->began + (int64_t)conf->session_timeout * SECOND;
	wire_init(&c->wire, fd[0], fd[1]);
	disk_init(&c->disk, conf, lent, &c->store);
	session_init(&c->session, conf, &c->store);
	peer_open(&c->peer, conf, fd[0], &c->session.client);
	inquiry_init(&c->inquiry,
	    &(struct inquiry_means){conf, &c->disk, &c->peer, &c->staff});
	c->session.oracle = &c->inquiry.oracle;
}

static void
end(struct connection *c)
{
	log_session(c);
	/* the client need not wait for the rest */
	shutdown(c->wire.out, SHUT_RDWR);
	inquiry_end(&c->inquiry, &c->session);
	session_end(&c->session);
	disk_end(&c->disk);
	peer_close(&c->peer);
	if (c->helped) /* the last replies are still on their way */
		helper_end(&c->tls, true);
	if (!c->helped || c->tls.fd != c->wire.in)
		close(c->wire.in);
	alarm(0);
}

int64_t
connection_patience(const struct connection *c)
{
	return earlier(
	    wire_now() + (int64_t)c->conf->idle_timeout * SECOND, c->deadline);
}

bool
connection_reply(struct connection *c, const struct reply *r)
{
	if (sizeof c->replies - c->held < REPLIES / 2 && !connection_flush(c))
		return false;
	c->held +=
	    reply_format(r, c->replies + c->held, sizeof c->replies - c->held);
	return true;
}

bool
connection_flush(struct connection *c)
{
	size_t n = c->held;

	c->held = 0;
	return n == 0 || connection_send(c, c->replies, n);
}

bool
connection_send(struct connection *c, const char *octets, size_t n)
{
	enum wire_status status =
	    wire_write(&c->wire, octets, n, connection_patience(c));

	if (status == WIRE_TIMEOUT)
		c->end = "timeout";
	return status == WIRE_OK;
}

void
connection_broken(struct connection *c, enum wire_status status)
{
	struct reply r;

	if (status != WIRE_TIMEOUT)
		return;
	c->end = "timeout";
	reply_set(&r, 421, "4.4.2", "%s %s, closing", c->conf->hostname,
	    wire_now() >= c->deadline ? "The session took too long"
				      : "Waited too long");
	if (connection_reply(c, &r) && connection_flush(c))
		linger(c);
}

static void
converse(struct connection *c)
{
	enum next next;
	struct reply r;

	do {
		if (!next_command(c, &next, &r) || !answer(c, next, &r))
			return;
	} while (next != NEXT_CLOSE);
	c->end = r.code == 221 ? "quit" : "closed";
	if (connection_flush(c) && r.code != 221)
		linger(c);
}

/* Reads a line and lets the session judge it. */
static bool
next_command(struct connection *c, enum next *next, struct reply *r)
{
	enum wire_status status;
	char *line;
	size_t n;

	if (wire_pending(&c->wire) == 0)
		peer_step(&c->peer, c->wire.in, connection_patience(c));
	if (is_asked_to_leave(c)) {
		reply_set(r, 421, "4.3.2", "%s is going down; try again later",
		    c->conf->hostname);
		*next = NEXT_CLOSE;
		return true;
	}
	status =
	    wire_line(&c->wire, COMMAND_LEN, connection_patience(c), &line, &n);
	if (status == WIRE_LINE_LONG || status == WIRE_BARE_LF) {
		*next = session_bad_line(&c->session, status, r);
		return true;
	}
	if (status != WIRE_OK) {
		connection_broken(c, status);
		return false;
	}
	/* before EHLO's answer nobody may know that we pipeline */
	if (c->session.phase == PHASE_CONNECTED && wire_readable(&c->wire, 0))
		session_spoke_early(&c->session);
	*next = session_line(&c->session, line, n, r);
	if (*next == NEXT_STARTTLS && wire_pending(&c->wire) > 0)
		*next = starttls_refuse(r);
	return true;
}

/* A transaction that was begun is finished before. */
static bool
is_asked_to_leave(struct connection *c)
{
	return c->session.phase <= PHASE_GREETED &&
	    wire_pending(&c->wire) == 0 &&
	    leave_wait(c->wire.in, connection_patience(c));
}

/* Takes the octets that follow the command, if any, and replies; the reply is
 * held back while more commands are here (RFC 2920 3.2). */
static bool
answer(struct connection *c, enum next next, struct reply *r)
{
	if (next == NEXT_STARTTLS)
		return starttls(c);
	if (next == NEXT_DATA && !connection_reply(c, r))
		return false;
	if ((next == NEXT_DATA || next == NEXT_CHUNK) &&
	    !read_content(c, next, r))
		return false;
	return connection_reply(c, r) &&
	    (wire_has_line(&c->wire) || connection_flush(c));
}

/* The message or chunk, and the session's word on it. */
static bool
read_content(struct connection *c, enum next next, struct reply *r)
{
	if (!connection_flush(c) || !read_octets(c, next))
		return false;
	peer_step(&c->peer, -1, c->deadline);
	if (next == NEXT_DATA)
		session_data_end(&c->session, r);
	else
		session_chunk_end(&c->session, r);
	return true;
}

static bool
read_octets(struct connection *c, enum next next)
{
	struct session *s = &c->session;
	int64_t began = wire_now();
	uint64_t total = 0;
	bool ended = next == NEXT_CHUNK && s->chunk == 0;

	while (!ended) {
		char *octets;
		size_t n;
		enum wire_status status =
		    wire_octets(&c->wire, connection_patience(c), &octets, &n);

		if (status == WIRE_OK && is_too_slow(began, total += n))
			status = WIRE_TIMEOUT;
		if (status == WIRE_OK && wire_now() >= c->deadline)
			status = WIRE_TIMEOUT;
		if (status != WIRE_OK) {
			connection_broken(c, status);
			return false;
		}
		if (next == NEXT_DATA) {
			n = session_data(s, octets, n, &ended);
		} else {
			n = n > s->chunk ? (size_t)s->chunk : n;
			session_chunk(s, octets, n);
			ended = s->chunk == 0;
		}
		wire_consume(&c->wire, n);
	}
	return true;
}

static bool
is_too_slow(int64_t began, uint64_t octets)
{
	int64_t seconds = (wire_now() - began) / SECOND;

	return seconds > RATE_GRACE &&
	    octets / (uint64_t)seconds < RATE_MINIMUM;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Lets the client read our last reply: to close with its octets unread would
 * reset the connection, and take the reply away (RFC 1122 4.2.2.13). */
static void
linger(struct connection *c)
{
	int64_t until = wire_now() + LINGER_MS;
	char *octets;
	size_t n;

	if (shutdown(c->wire.out, SHUT_WR) == -1)
		return;
	while (wire_now() < until &&
	    wire_octets(&c->wire, until, &octets, &n) == WIRE_OK)
		wire_consume(&c->wire, n);
}

static const char *
word(const char *s)
{
	return *s == '\0' ? NULL : s;
}

static void
log_session(const struct connection *c)
{
	const struct counters *n = &c->session.count;
	const struct tls_answer *tls = &c->session.tls;
	char address[IP_TEXT], messages[12], rcpts[12], refused[12], errors[12],
	    octets[24], ms[24];

	ip_format(&c->session.client.ip, address);
	snprintf(messages, sizeof messages, "%u", n->messages);
	snprintf(rcpts, sizeof rcpts, "%u", n->recipients);
	snprintf(refused, sizeof refused, "%u", n->refused);
	snprintf(errors, sizeof errors, "%u", n->errors);
	snprintf(octets, sizeof octets, "%llu", (unsigned long long)n->octets);
	snprintf(ms, sizeof ms, "%lld", (long long)(wire_now() - c->began));
	log_event(LOG_L_INFO, "session", "id", c->session.id, "client", address,
	    "name", c->session.client.name, "helo", c->session.helo, "messages",
	    messages, "recipients", rcpts, "refused", refused, "errors", errors,
	    "refused-by", c->session.refused_by, "tls", word(tls->protocol),
	    "cipher", word(tls->cipher), "certificate", word(tls->subject),
	    "certificate-for", word(tls->peer_names), "certificate-failure",
	    word(tls_failure_name[tls->failure]), "octets", octets, "ms", ms,
	    "end", c->end, NULL);
}
