/* SPDX-License-Identifier: ISC */
/*
 * A transaction that ends before its message: RSET comes with the next.
 *
 *	C: MAIL FROM:<>
 *	S: 250 2.1.0 Ok
 *	C: RCPT TO:<b@example.net>
 *	S: 550 5.1.1 No such user
 */
#include "probe.h"

#include <stdio.h>

#include "command.h"
#include "mail.h"

static bool is_ascii(const char *);

bool
probe_send(struct session *s, struct send_request *r)
{
	char line[COMMAND_LINE];

	if (!session_is_open(s) || !mail_start(s))
		return false;
	snprintf(line, sizeof line, "MAIL FROM:<%s>\r\n", r->from);
	if (!session_command(s, STEP_MAIL, line, &r->mail))
		return false;
	for (size_t i = 0;
	     i < r->nrcpt && r->mail.code / 100 == 2 && session_is_open(s);
	     i++) {
		struct send_rcpt *rcpt = &r->rcpt[i];

		/* RFC 6531 3.4 wants SMTPUTF8 with MAIL; not worth a probe */
		if (!is_ascii(rcpt->mailbox))
			continue;
		snprintf(line, sizeof line, "RCPT TO:<%s>\r\n", rcpt->mailbox);
		rcpt->answered =
		    session_command(s, STEP_RCPT, line, &rcpt->reply);
	}
	return session_is_open(s);
}

static bool
is_ascii(const char *s)
{
	while (*s != '\0' && (unsigned char)*s < 128)
		s++;
	return *s == '\0';
}
