/* SPDX-License-Identifier: ISC */
/*
 * A session has one XCLIENT in force; another client's message has it said
 * again, a message of our own begins a new session:
 *
 *	S: 250-XCLIENT NAME ADDR PROTO HELO
 *	C: XCLIENT NAME=a.example ADDR=192.0.2.1 PROTO=ESMTP HELO=a.example
 *	S: 220 mx.example.net ESMTP
 *	C: EHLO a.example
 *
 * The reply stands where a greeting would: 554 or 4yz are the server's word
 * on that client.  Any other refusal is of the command, and a session without
 * it is begun.
 *
 *	C: XFORWARD NAME=a.example ADDR=192.0.2.1 IDENT=x HELO=a.example
 *	C: MAIL FROM:<a@a.example>
 *	S: 250 2.0.0 Ok
 *	S: 250 2.1.0 Ok
 *
 * Values are xtext (RFC 3461 4), so that none can end its command.
 */
#include "identity.h"

#include <stdio.h>
#include <string.h>

#include "open.h"
#include "param.h"
#include "refuse.h"

enum {
	COMMAND_MOST = 510, /* RFC 5321 4.5.3.1.4, without CR LF */
	VALUE = 480,
	XCLIENT_ATTRIBUTES =
	    ATTRIBUTE_NAME | ATTRIBUTE_ADDR | ATTRIBUTE_PROTO | ATTRIBUTE_HELO
};

struct commands { /* as they are written */
	const char *verb;
	char *text;
	size_t size;
	size_t line; /* where the last one begins */
	unsigned n, most;
};

static void make_xclient(
    const struct session *, const struct send_client *, char[XCLIENT_LINE]);
static bool must_begin_anew(const struct session *, const char *want);
static bool say_xclient(
    struct session *, struct send_request *, const char *line);
static bool hello_again(struct session *, const struct send_client *,
    const char *line, struct reply *);
static bool take_refusal(
    struct session *, struct send_request *, const struct reply *);
static void add_all(
    struct commands *, unsigned wanted, const struct send_client *);
static void add(struct commands *, const char *name, const char *value);

bool
identity_show(struct session *s, struct send_request *r)
{
	char want[XCLIENT_LINE];

	if (!session_is_open(s) && !s->resting)
		return false;
	make_xclient(s, &r->client, want);
	if (must_begin_anew(s, want)) {
		if (!open_again(s))
			return false;
		make_xclient(s, &r->client, want);
	}
	return strcmp(want, s->shown) == 0 || say_xclient(s, r, want);
}

unsigned
identity_forward(const struct session *s, const struct send_request *r,
    char out[XFORWARD_TEXT])
{
	struct commands c = {.verb = "XFORWARD",
	    .text = out,
	    .size = XFORWARD_TEXT,
	    .most = s->ehlo.pipelining ? 2 : 1};

	*out = '\0';
	if (s->no_xforward || *s->shown != '\0' || *r->client.ip == '\0')
		return 0;
	if (s->identity == IDENTITY_AUTO || s->identity == IDENTITY_XFORWARD)
		add_all(&c, s->ehlo.xforward, &r->client);
	return c.n;
}

bool
identity_hear(struct session *s, unsigned *commands)
{
	struct reply r;

	for (; *commands > 0; --*commands) {
		if (!session_reply(s, STEP_XFORWARD, &r, NULL) ||
		    !session_is_open(s))
			return false;
		if (r.code / 100 == 3)
			return session_said(s, STEP_XFORWARD, &r);
		s->no_xforward |= r.code / 100 != 2;
	}
	return true;
}

static void
make_xclient(const struct session *s, const struct send_client *client,
    char out[XCLIENT_LINE])
{
	struct send_client said = *client;
	struct commands c = {
	    .verb = "XCLIENT", .text = out, .size = XCLIENT_LINE, .most = 1};

	*out = '\0';
	if (s->no_xclient || *client->ip == '\0')
		return;
	/* it knows two protocols, not the names of RFC 3848 */
	if (strcmp(said.proto, "SMTP") != 0)
		strlcpy(said.proto, "ESMTP", sizeof said.proto);
	if (s->identity == IDENTITY_AUTO || s->identity == IDENTITY_XCLIENT)
		add_all(&c, s->xclient & XCLIENT_ATTRIBUTES, &said);
}

/* What was said of one client can be said of another, but not taken back. */
static bool
must_begin_anew(const struct session *s, const char *want)
{
	if (s->resting)
		return true;
	return *s->shown != '\0' && strcmp(want, s->shown) != 0 &&
	    (*want == '\0' || s->ehlo.xclient == 0);
}

static bool
say_xclient(struct session *s, struct send_request *r, const char *line)
{
	struct reply reply;

	if (!session_is_quiet(s, STEP_XCLIENT) ||
	    !session_command(s, STEP_XCLIENT, line, &reply))
		return false;
	if (reply.code >= 500 && reply.code != 554) {
		s->no_xclient = true;
		return open_again(s);
	}
	if (reply.code == 220) {
		if (!hello_again(s, &r->client, line, &reply))
			return false;
		if (reply.code == 250 && session_is_open(s))
			return true;
	}
	if (reply.code < 400)
		return session_said(s, STEP_XCLIENT, &reply);
	return take_refusal(s, r, &reply);
}

/* With the client's own name: EHLO overrides what XCLIENT said of HELO. */
static bool
hello_again(struct session *s, const struct send_client *client,
    const char *line, struct reply *reply)
{
	const char *helo = *client->helo != '\0' ? client->helo : s->helo;

	strlcpy(s->shown, line, sizeof s->shown);
	s->unclean = false;
	return session_is_quiet(s, STEP_EHLO) && say_hello(s, helo, reply);
}

/* The server does not hear this client; perhaps another. */
static bool
take_refusal(
    struct session *s, struct send_request *r, const struct reply *reply)
{
	answer_all(r, reply->code, reply->enhanced, reply->text);
	r->mail = *reply;
	session_close(s);
	s->resting = true;
	return false;
}

/* The name HELO is last, because it may be left out: EHLO follows. */
static void
add_all(struct commands *c, unsigned wanted, const struct send_client *client)
{
	char address[IP_TEXT + 5];
	const struct {
		unsigned bit;
		const char *name, *value;
	} attribute[] = {
	    {ATTRIBUTE_NAME, "NAME", client->name},
	    {ATTRIBUTE_ADDR, "ADDR", address},
	    {ATTRIBUTE_PROTO, "PROTO", client->proto},
	    {ATTRIBUTE_IDENT, "IDENT", client->id},
	    {ATTRIBUTE_SOURCE, "SOURCE", "REMOTE"},
	    {ATTRIBUTE_HELO, "HELO", client->helo},
	};

	snprintf(address, sizeof address, "%s%s",
	    strchr(client->ip, ':') != NULL ? "IPV6:" : "", client->ip);
	for (size_t i = 0; i < sizeof attribute / sizeof *attribute; i++) {
		if ((wanted & attribute[i].bit) != 0)
			add(c, attribute[i].name, attribute[i].value);
	}
}

/* Behind the others, or in another command where it is too long for that. */
static void
add(struct commands *c, const char *name, const char *value)
{
	char text[VALUE], word[VALUE + 16];
	size_t n;

	if (*value == '\0')
		strlcpy(text, "[UNAVAILABLE]", sizeof text);
	else if (!xtext_encode(value, text, sizeof text))
		return;
	n = (size_t)snprintf(word, sizeof word, " %s=%s", name, text);
	if (c->n == 0 || strlen(c->text + c->line) - 2 + n > COMMAND_MOST) {
		if (c->n == c->most)
			return;
		c->line = strlen(c->text);
		strlcat(c->text, c->verb, c->size);
		c->n++;
	} else {
		c->text[strlen(c->text) - 2] = '\0'; /* its CR LF */
	}
	strlcat(c->text, word, c->size);
	strlcat(c->text, "\r\n", c->size);
}
