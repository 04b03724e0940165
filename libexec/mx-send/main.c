/* SPDX-License-Identifier: ISC */
/*
 * mx-send: hands messages to one SMTP server after another, as it is asked on
 * fd 0 (sendproto.h, mx-send(8)).  It keeps nothing: whoever asks journals.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "mail.h"
#include "open.h"
#include "probe.h"
#include "sendproto.h"
#include "session.h"
#include "steps.h"

enum { DESCRIPTORS = 16, LIMIT_MAX = 86400 };

static void harden(void);
static int serve(struct send_stream *, struct session *);
static int answer(
    struct send_stream *, struct session *, struct send_request *);
static void usage(void) __attribute__((noreturn));

int
main(int argc, char **argv)
{
	static struct session session = {.fd = -1, .why = "no session is open"};
	struct send_stream *stream;
	const char *wrong;
	int c, result;

	while ((c = getopt(argc, argv, "t:")) != -1) {
		if (c != 't')
			usage();
		session.limit =
		    (unsigned)strtonum(optarg, 1, LIMIT_MAX, &wrong);
		if (wrong != NULL)
			errx(EX_USAGE, "-t %s: %s", optarg, wrong);
	}
	if (optind != argc)
		usage();
	harden();
	if ((stream = send_stream_new(STDIN_FILENO, STDOUT_FILENO)) == NULL)
		err(EX_OSERR, NULL);
	result = serve(stream, &session);
	session_close(&session);
	send_stream_free(stream);
	return result;
}

/* No core, few descriptors, no privileges to gain; and no life without the
 * one who asked: who cannot hear that a message was taken would send it
 * again. */
static void
harden(void)
{
	struct rlimit none = {0, 0}, few = {DESCRIPTORS, DESCRIPTORS};
	int type;
	socklen_t len = sizeof type;

	if (setrlimit(RLIMIT_CORE, &none) == -1 ||
	    setrlimit(RLIMIT_NOFILE, &few) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		err(EX_OSERR, "limits");
	if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	    prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
		err(EX_OSERR, "prctl");
	signal(SIGPIPE, SIG_IGN);
}

/* The last message is closed when the next one comes: who asked has unlinked
 * it by then, and the blocks are given back here, beside those of other
 * sessions, not by the one process that serves them all. */
static int
serve(struct send_stream *stream, struct session *s)
{
	struct send_request r, last = {.fd = -1};
	int result, n;

	do {
		n = send_read(stream, &r);
		result = errno;
		send_request_free(&last);
		if (n == 1 && (n = answer(stream, s, &r)) == -1)
			result = errno;
		last = r;
	} while (n == 1);
	send_request_free(&last);
	if (n == 0)
		return EX_OK;
	errno = result;
	warn("request");
	return result == EBADMSG ? EX_USAGE : EX_TEMPFAIL;
}

/* 1 to go on, 0 after quit, -1 when nobody hears the answer. */
static int
answer(struct send_stream *stream, struct session *s, struct send_request *r)
{
	struct send_answer a;
	bool alive;
	int result;

	if (r->limit > 0)
		s->limit = r->limit;
	switch (r->op) {
	case SEND_OPEN:
		open_session(s, r, &a);
		return send_write_open(stream, &a) == -1 ? -1 : 1;
	case SEND_MAIL:
		alive = mail_send(s, r);
		result = send_write_mail(stream, r, alive);
		if (!alive)
			session_close(s);
		return result == -1 ? -1 : 1;
	case SEND_PROBE:
	case SEND_BEGIN:
	case SEND_RCPT:
		alive = r->op == SEND_PROBE ? probe_send(s, r)
		    : r->op == SEND_BEGIN   ? steps_begin(s, r)
					    : steps_rcpt(s, r);
		result = send_write_probe(stream, r, alive);
		if (!alive)
			session_close(s);
		return result == -1 ? -1 : 1;
	case SEND_CLOSE:
		session_forget(s);
		return send_write_quit(stream) == -1 ? -1 : 1;
	case SEND_QUIT:
		session_close(s);
		return send_write_quit(stream);
	case SEND_OPS:
		break;
	}
	return -1;
}

static void
usage(void)
{
	fprintf(stderr, "usage: mx-send [-t seconds]\n");
	exit(EX_USAGE);
}
