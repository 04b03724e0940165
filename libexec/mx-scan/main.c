/* SPDX-License-Identifier: ISC */
/*
 * mx-scan: asks clamd or spamd of one message, as it is asked on fd 0
 * (scanproto.h, mx-scan(8)).  It decides nothing.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "copy.h"
#include "sandbox.h"
#include "scan.h"
#include "wire.h"

enum { MESSAGE_FD = 3 };

static void ask(struct scan *);

int
main(int argc, char **argv)
{
	static struct scan_asked asked;
	static struct scan_answer answer;
	static struct scan s = {.asked = &asked,
	    .answer = &answer,
	    .message = MESSAGE_FD,
	    .fd = -1};

	(void)argv;
	if (argc != 1) {
		fprintf(stderr, "usage: mx-scan\n");
		return EX_USAGE;
	}
	signal(SIGPIPE, SIG_IGN);
	if (scan_read(STDIN_FILENO, &asked) == -1)
		err(errno == EBADMSG ? EX_USAGE : EX_TEMPFAIL, "request");
	s.deadline = wire_now() + asked.deadline_ms;
	ask(&s);
	if (scan_write(STDOUT_FILENO, &answer) == -1)
		err(EX_TEMPFAIL, "answer");
	return EX_OK;
}

/* What wants files is done before the sandbox. */
static void
ask(struct scan *s)
{
	if (!scan_connect(s))
		return;
	if (s->asked->what == SCAN_MALWARE && s->local)
		copy_message(s->message, s->asked->offset, s->asked->size);
	if (sandbox_enter(&(struct sandbox){.seconds = 60}) == -1)
		err(EX_OSERR, "sandbox");
	if (s->asked->what == SCAN_SPAM)
		spamd_ask(s);
	else
		clamd_ask(s);
}
