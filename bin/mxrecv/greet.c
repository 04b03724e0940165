/* SPDX-License-Identifier: ISC */
/*
 * The greeting, and the pause in it:
 *
 *	S: 220-backup.example.net ESMTP Mon, 23 Nov 2026 10:00:00 +0000
 *	S: 220-No mail of others is relayed here.
 *	   … greet_delay seconds …
 *	S: 220 You are 192.0.2.1
 *
 * Who can not wait for the last line is no mail server.  Once a 220- line is
 * out only 220 may end it, so a refusal has to wait for the next command.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "connection.h"
#include "date.h"

static bool say_first(struct connection *);
static bool say_last(struct connection *);
static void pause_for(struct connection *, unsigned seconds);

bool
greet(struct connection *c)
{
	if (!say_first(c))
		return false;
	inquiry_welcome(&c->inquiry, &c->session.client);
	pause_for(c, c->conf->greet_delay);
	if (wire_readable(&c->wire, 0))
		session_spoke_early(&c->session);
	return say_last(c);
}

static bool
say_first(struct connection *c)
{
	char text[REPLY_LEN + CONF_TEXT], date[DATE_LEN];
	int n;

	date_format(time(NULL), date);
	n = snprintf(text, sizeof text, "220-%s ESMTP %s\r\n220-%s\r\n",
	    c->conf->hostname, date, c->conf->terms);
	return n > 0 && (size_t)n < sizeof text &&
	    connection_send(c, text, (size_t)n);
}

static bool
say_last(struct connection *c)
{
	char text[REPLY_LEN], address[IP_TEXT];
	int n;

	ip_format(&c->session.client.ip, address);
	n = snprintf(text, sizeof text, "220 You are %s\r\n", address);
	return connection_send(c, text, (size_t)n);
}

/* The DNS works meanwhile.  Input, or the end of it, ends the pause; so does
 * the name of a host that was here lately. */
static void
pause_for(struct connection *c, unsigned seconds)
{
	int64_t until = wire_now() + (int64_t)seconds * 1000;
	const struct client *client = &c->session.client;

	if (client->welcome)
		return;
	peer_step(&c->peer, c->wire.in, until);
	if (client->passed_lately &&
	    (client->named == ANSWER_YES || !c->conf->client_names))
		return;
	while (wire_now() < until &&
	    !wire_readable(&c->wire, (int)(until - wire_now())))
		continue;
}
