/* SPDX-License-Identifier: ISC */
/*
 *	C: MAIL FROM:<a@example.org> SIZE=4096
 *	S: 250 2.1.0 Ok
 *	C: RCPT TO:<b@example.net>
 *	S: 550 5.1.1 No such user
 *	C: RCPT TO:<c@example.net>
 *	S: 250 2.1.5 Ok
 */
#include "steps.h"

#include <string.h>

#include "command.h"
#include "identity.h"
#include "mail.h"

static bool forward(struct session *, const struct send_request *);
static bool is_ascii(const char *);
static void refuse_utf8(struct reply *);

bool
steps_begin(struct session *s, struct send_request *r)
{
	char line[COMMAND_LINE];

	if (!identity_show(s, r) || !mail_start(s) || !forward(s, r))
		return false;
	if (!s->ehlo.smtputf8 && !is_ascii(r->from)) {
		refuse_utf8(&r->mail);
		return true;
	}
	command_mail(r, &s->ehlo, line);
	if (!session_command(s, STEP_MAIL, line, &r->mail))
		return false;
	if (r->mail.code / 100 == 3)
		return session_said(s, STEP_MAIL, &r->mail);
	s->begun = r->mail.code / 100 == 2;
	return session_is_open(s);
}

bool
steps_rcpt(struct session *s, struct send_request *r)
{
	struct send_rcpt *rcpt = &r->rcpt[0];
	char line[COMMAND_LINE];

	if (!session_is_open(s) || !s->begun)
		return false;
	rcpt->answered = true;
	if (!s->ehlo.smtputf8 && !is_ascii(rcpt->mailbox)) {
		refuse_utf8(&rcpt->reply);
		return true;
	}
	command_rcpt(rcpt, &s->ehlo, line);
	if (!session_command(s, STEP_RCPT, line, &rcpt->reply))
		return false;
	if (rcpt->reply.code / 100 == 3)
		return session_said(s, STEP_RCPT, &rcpt->reply);
	return session_is_open(s);
}

static bool
forward(struct session *s, const struct send_request *r)
{
	char text[XFORWARD_TEXT];
	unsigned commands = identity_forward(s, r, text);

	return commands == 0 ||
	    (session_push(s, STEP_XFORWARD, text, strlen(text), false) &&
		identity_hear(s, &commands));
}

static bool
is_ascii(const char *s)
{
	while (*s != '\0' && (unsigned char)*s < 128)
		s++;
	return *s == '\0';
}

/* RFC 6531 3.5 */
static void
refuse_utf8(struct reply *r)
{
	reply_set(r, 550, "5.6.7",
	    "the address needs SMTPUTF8, which the server does not offer");
}
