/* SPDX-License-Identifier: ISC */
/*
 * The commands of the envelope (RFC 5321 4.1.1.2-3; parameters RFC 1870, RFC
 * 6152, RFC 6531, RFC 8689, RFC 3461):
 *
 *	MAIL FROM:<a@example.org> SIZE=4096 BODY=8BITMIME RET=HDRS ENVID=x
 *	RCPT TO:<b@example.net> NOTIFY=NEVER ORCPT=rfc822;b@example.net
 */
#include "command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "body.h"
#include "param.h"

static void add(char[COMMAND_LINE], const char *, const char *);

void
command_mail(
    const struct send_request *r, const struct ehlo *e, char line[COMMAND_LINE])
{
	char digits[24];

	snprintf(line, COMMAND_LINE, "MAIL FROM:<%s>", r->from);
	snprintf(digits, sizeof digits, "%" PRIu64, body_size(r));
	if (e->size && body_size(r) > 0)
		add(line, " SIZE=", digits);
	/* a server without 8BITMIME gets the octets all the same: it can
	 * refuse them, we cannot convert what others signed */
	if (e->eightbit && body_name(r->body) != NULL)
		add(line, " BODY=", body_name(r->body));
	if (e->smtputf8 && r->smtputf8)
		add(line, " SMTPUTF8", "");
	if (e->requiretls && r->requiretls)
		add(line, " REQUIRETLS", "");
	if (e->dsn && ret_name(r->ret) != NULL)
		add(line, " RET=", ret_name(r->ret));
	if (e->dsn && *r->envid != '\0')
		add(line, " ENVID=", r->envid);
	add(line, "\r\n", "");
}

void
command_rcpt(
    const struct send_rcpt *r, const struct ehlo *e, char line[COMMAND_LINE])
{
	char notify[32];

	snprintf(line, COMMAND_LINE, "RCPT TO:<%s>", r->mailbox);
	notify_format(r->notify, notify);
	if (e->dsn && *notify != '\0')
		add(line, " NOTIFY=", notify);
	if (e->dsn && *r->orcpt != '\0')
		add(line, " ORCPT=", r->orcpt);
	add(line, "\r\n", "");
}

static void
add(char line[COMMAND_LINE], const char *name, const char *value)
{
	strlcat(line, name, COMMAND_LINE);
	strlcat(line, value, COMMAND_LINE);
}
