/* SPDX-License-Identifier: ISC */
/*
 * Octets, replies and time limits of one connection.  The server is hostile
 * until its reply has been parsed: lines, their number and the time they take
 * are bounded.
 */
#include "session.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LAST_WORDS_MS = 1000 };

static const struct {
	const char *what;
	unsigned seconds;
} steps[] = {
    [STEP_GREETING] = {"waiting for its greeting", WAIT_GREETING},
    [STEP_EHLO] = {"sending EHLO", WAIT_COMMAND},
    [STEP_STARTTLS] = {"sending STARTTLS", WAIT_COMMAND},
    [STEP_XCLIENT] = {"sending XCLIENT", WAIT_COMMAND},
    [STEP_XFORWARD] = {"sending XFORWARD", WAIT_COMMAND},
    [STEP_MAIL] = {"sending MAIL FROM", WAIT_COMMAND},
    [STEP_RCPT] = {"sending RCPT TO", WAIT_COMMAND},
    [STEP_DATA] = {"sending DATA", WAIT_DATA},
    [STEP_BLOCK] = {"sending the message", WAIT_BLOCK},
    [STEP_END] = {"sending end of data; it may have the message", WAIT_END},
    [STEP_RSET] = {"sending RSET", WAIT_COMMAND},
    [STEP_QUIT] = {"sending QUIT", WAIT_QUIT},
};

static bool read_line(struct session *, enum step, int64_t, char **, size_t *);

bool
session_is_open(const struct session *s)
{
	return s->fd != -1;
}

bool
session_is_sure(const struct session *s)
{
	return s->ehlo.requiretls && *s->secured.verified != '\0' &&
	    strcmp(s->secured.verified, "no") != 0;
}

void
session_init(struct session *s, int fd, const char *host)
{
	s->fd = fd;
	strlcpy(s->host, host, sizeof s->host);
	s->ehlo = (struct ehlo){.size = false};
	*s->secured.protocol = '\0';
	s->xclient = 0;
	s->shown[0] = '\0';
	s->no_xforward = s->resting = false;
	s->until = INT64_MAX;
	s->unclean = s->begun = s->listening = false;
	s->mails = 0;
	*s->why = '\0';
	s->said.code = 0;
	wire_init(&s->wire, fd, fd);
}

int64_t
session_deadline(const struct session *s, enum step step)
{
	unsigned seconds = steps[step].seconds;
	int64_t deadline;

	if (s->limit > 0 && s->limit < seconds)
		seconds = s->limit;
	deadline = wire_now() + (int64_t)seconds * 1000;
	return deadline < s->until ? deadline : s->until;
}

bool
session_push(
    struct session *s, enum step step, const char *octets, size_t n, bool more)
{
	int flags = MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0);
	int64_t deadline = session_deadline(s, step);

	while (n > 0) {
		ssize_t sent = send(s->fd, octets, n, flags);

		if (sent == -1 && errno != EAGAIN && errno != EINTR)
			return session_hear_out(s, step);
		if (sent == -1) {
			if (!session_wait(s, step, deadline))
				return false;
			continue;
		}
		octets += sent;
		n -= (size_t)sent;
		deadline = session_deadline(s, step);
	}
	return true;
}

bool
session_reply(
    struct session *s, enum step step, struct reply *r, struct ehlo *ehlo)
{
	int64_t deadline = session_deadline(s, step);
	struct reply_parser parser;
	enum reply_state state;
	bool first = true;

	reply_parser_init(&parser, r);
	do {
		char *line;
		size_t n;

		if (!read_line(s, step, deadline, &line, &n))
			return false;
		state = reply_parser_line(&parser, line, n);
		if (state == REPLY_BAD)
			return session_lost(s, step, "no SMTP reply came from");
		if (ehlo != NULL && n > 4)
			ehlo_line(ehlo, first, line + 4, n - 4);
		first = false;
	} while (state == REPLY_MORE);
	if (r->code == 421)
		session_said(s, step, r);
	return true;
}

bool
session_command(
    struct session *s, enum step step, const char *line, struct reply *r)
{
	return session_push(s, step, line, strlen(line), false) &&
	    session_reply(s, step, r, NULL);
}

bool
session_is_quiet(struct session *s, enum step step)
{
	if (!wire_readable(&s->wire, 0))
		return true;
	return session_hear_out(s, step);
}

bool
session_hear_out(struct session *s, enum step step)
{
	struct reply r;

	s->until = wire_now() + LAST_WORDS_MS;
	if (!session_reply(s, step, &r, NULL))
		return false;
	session_said(s, step, &r);
	s->said = r;
	return false;
}

bool
session_said(struct session *s, enum step step, const struct reply *r)
{
	char what[400];

	snprintf(what, sizeof what, "\"%d%s%s %.300s\" came from", r->code,
	    *r->enhanced ? " " : "", r->enhanced, r->text);
	return session_lost(s, step, what);
}

bool
session_lost(struct session *s, enum step step, const char *what)
{
	if (s->fd == -1)
		return false;
	snprintf(s->why, sizeof s->why, "%s %s while %s", what, s->host,
	    steps[step].what);
	if (*s->secured.protocol != '\0')
		helper_end(&s->tls, true);
	else
		close(s->fd);
	*s->secured.protocol = '\0';
	s->fd = -1;
	return false;
}

void
session_close(struct session *s)
{
	struct reply ignored;

	if (s->fd == -1)
		return;
	if (session_command(s, STEP_QUIT, "QUIT\r\n", &ignored))
		session_lost(s, STEP_QUIT, "finished with");
}

void
session_forget(struct session *s)
{
	unsigned limit = s->limit;

	session_close(s);
	free(s->tlsa);
	explicit_bzero(s, sizeof *s);
	s->fd = -1;
	s->limit = limit;
	strlcpy(s->why, "no session is open", sizeof s->why);
}

bool
session_wait(struct session *s, enum step step, int64_t deadline)
{
	struct pollfd p = {.fd = s->fd, .events = POLLOUT};
	int64_t left = deadline - wire_now();
	int n;

	if (s->listening)
		p.events |= POLLIN;
	if (left <= 0)
		return session_lost(s, step, "timed out with");
	n = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);
	if (n == -1 && errno != EINTR)
		return session_lost(s, step, strerror(errno));
	if (n == 1 && (p.revents & POLLIN) != 0)
		return session_hear_out(s, step);
	return true;
}

static bool
read_line(
    struct session *s, enum step step, int64_t deadline, char **line, size_t *n)
{
	static const char *const what[] = {
	    [WIRE_LINE_LONG] = "a line of no end came from",
	    [WIRE_EOF] = "lost connection with",
	    [WIRE_TIMEOUT] = "timed out with",
	    [WIRE_ERROR] = "lost connection with",
	};
	enum wire_status status;

	status = wire_line(&s->wire, SERVER_LINE, deadline, line, n);
	if (status == WIRE_OK || status == WIRE_BARE_LF)
		return true;
	return session_lost(s, step, what[status]);
}
