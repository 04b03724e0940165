/* SPDX-License-Identifier: ISC */
/*
 * The verb table and its one enforcer (RFC 5321 4.1.1, 4.1.4).  Which verb is
 * legal when, and what may follow it, is data; handlers see legal commands
 * only.
 */
#include "session.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "checks.h"
#include "verbs.h"

enum argument {
	ARG_NONE,     /* 501 when there is one */
	ARG_OPTIONAL, /* any */
	ARG_REQUIRED  /* 501 when there is none */
};

enum {
	CONNECTED = PHASE_CONNECTED,
	GREETED = PHASE_GREETED,
	MAIL = PHASE_MAIL | PHASE_RCPT,
	BDAT = PHASE_BDAT,
	ANY = CONNECTED | GREETED | MAIL | BDAT
};

struct verb {
	const char *name;
	unsigned phases;
	enum argument argument;
	verb_handler *handler;
	const char *syntax;
};

static const struct verb verbs[] = {
    {"HELO", ANY, ARG_REQUIRED, verb_helo, "HELO domain"},
    {"EHLO", ANY, ARG_REQUIRED, verb_ehlo, "EHLO domain"},
    {"MAIL", GREETED, ARG_REQUIRED, verb_mail, "MAIL FROM:<address>"},
    {"RCPT", MAIL, ARG_REQUIRED, verb_rcpt, "RCPT TO:<address>"},
    {"DATA", MAIL, ARG_NONE, verb_data, "DATA"},
    {"BDAT", ANY, ARG_REQUIRED, verb_bdat, "BDAT octets [LAST]"},
    {"RSET", ANY, ARG_NONE, verb_rset, "RSET"},
    {"NOOP", ANY, ARG_OPTIONAL, verb_noop, "NOOP"},
    {"VRFY", ANY, ARG_REQUIRED, verb_vrfy, "VRFY address"},
    {"EXPN", ANY, ARG_REQUIRED, verb_expn, "EXPN list"},
    {"HELP", ANY, ARG_OPTIONAL, verb_help, "HELP"},
    {"QUIT", ANY, ARG_NONE, verb_quit, "QUIT"},
    {"STARTTLS", GREETED, ARG_NONE, verb_starttls, "STARTTLS"},
    {"ETRN", GREETED, ARG_OPTIONAL, verb_etrn, "ETRN domain"},
    /* known to SMTP, not to us (RFC 5321 4.2.4) */
    {"AUTH", ANY, ARG_OPTIONAL, verb_unsupported, ""},
    {"TURN", ANY, ARG_OPTIONAL, verb_unsupported, ""},
    {"ATRN", ANY, ARG_OPTIONAL, verb_unsupported, ""},
    {"SEND", ANY, ARG_OPTIONAL, verb_unsupported, ""},
    {"SOML", ANY, ARG_OPTIONAL, verb_unsupported, ""},
    {"SAML", ANY, ARG_OPTIONAL, verb_unsupported, ""},
    {"BURL", ANY, ARG_OPTIONAL, verb_unsupported, ""},
    {"XCLIENT", ANY, ARG_OPTIONAL, verb_unsupported, ""},
    {"XFORWARD", ANY, ARG_OPTIONAL, verb_unsupported, ""},
    /* a browser or proxy made to speak to us */
    {"GET", ANY, ARG_OPTIONAL, verb_not_smtp, ""},
    {"POST", ANY, ARG_OPTIONAL, verb_not_smtp, ""},
    {"PUT", ANY, ARG_OPTIONAL, verb_not_smtp, ""},
    {"HEAD", ANY, ARG_OPTIONAL, verb_not_smtp, ""},
    {"OPTIONS", ANY, ARG_OPTIONAL, verb_not_smtp, ""},
    {"CONNECT", ANY, ARG_OPTIONAL, verb_not_smtp, ""},
};

static enum next dispatch(
    struct session *, const char *line, size_t n, struct reply *);
static const struct verb *find_verb(const char *, size_t);
static bool is_legal(const struct session *, const struct verb *,
    const char *arg, struct reply *);
static void say_out_of_order(const struct session *, struct reply *);
static bool has_control(const char *, size_t);
static enum next count_error(struct session *, enum next, struct reply *);

void
session_init(
    struct session *s, const struct conf *conf, const struct store *store)
{
	memset(s, 0, sizeof *s);
	s->conf = conf;
	s->store = store;
	s->phase = PHASE_CONNECTED;
	s->client.named = ANSWER_UNAVAILABLE;
	if (id_new(s->id) == -1)
		s->id[0] = '\0';
}

void
session_end(struct session *s)
{
	session_reset(s);
}

void
session_spoke_early(struct session *s)
{
	s->early = true;
}

enum next
session_line(struct session *s, const char *line, size_t n, struct reply *r)
{
	r->code = 0;
	if (s->early && !checks_run(s, STAGE_CONNECT, r))
		return NEXT_CLOSE;
	s->early = false;
	return count_error(s, dispatch(s, line, n, r), r);
}

enum next
session_bad_line(struct session *s, enum wire_status why, struct reply *r)
{
	if (why == WIRE_BARE_LF)
		reply_set(r, 500, "5.5.2",
		    "Line ended by a bare LF; end it with CR LF");
	else
		reply_set(r, 500, "5.5.2",
		    "Line too long; %d octets is the most", COMMAND_LEN);
	return count_error(s, NEXT_LINE, r);
}

void
session_reset(struct session *s)
{
	if (s->mail.content_open)
		s->store->drop(s->store->ctx);
	rcpts_free(&s->mail.rcpts);
	memset(&s->mail, 0, sizeof s->mail);
	if (s->phase != PHASE_CONNECTED)
		s->phase = PHASE_GREETED;
}

void
session_secured(struct session *s)
{
	session_reset(s);
	s->phase = PHASE_CONNECTED;
	s->extended = s->early = false;
	*s->helo = '\0';
}

static enum next
dispatch(struct session *s, const char *line, size_t n, struct reply *r)
{
	const struct verb *verb;
	char arg[COMMAND_LEN + 1];
	size_t name = 0;

	/* trailing blanks are tolerated (RFC 5321 4.1.1) */
	while (n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t'))
		n--;
	if (n > COMMAND_LEN || has_control(line, n)) {
		reply_set(r, 500, "5.5.2",
		    "Control characters in a command are not allowed");
		return NEXT_LINE;
	}
	while (name < n && line[name] != ' ' && line[name] != '\t')
		name++;
	verb = find_verb(line, name);
	while (name < n && (line[name] == ' ' || line[name] == '\t'))
		name++;
	memcpy(arg, line + name, n - name);
	arg[n - name] = '\0';
	if (verb == NULL) {
		reply_set(r, 500, "5.5.2", "Command not recognized; try HELP");
		return NEXT_LINE;
	}
	if (!is_legal(s, verb, arg, r))
		return NEXT_LINE;
	return verb->handler(s, arg, n - name, r);
}

static const struct verb *
find_verb(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		if (strlen(verbs[i].name) == n &&
		    strncasecmp(verbs[i].name, name, n) == 0)
			return &verbs[i];
	}
	return NULL;
}

static bool
is_legal(const struct session *s, const struct verb *v, const char *arg,
    struct reply *r)
{
	if ((v->phases & s->phase) == 0) {
		say_out_of_order(s, r);
		return false;
	}
	if ((v->argument == ARG_NONE && *arg != '\0') ||
	    (v->argument == ARG_REQUIRED && *arg == '\0')) {
		reply_set(r, 501, "5.5.4", "Syntax: %s", v->syntax);
		return false;
	}
	return true;
}

static void
say_out_of_order(const struct session *s, struct reply *r)
{
	const char *why = "Chunks have begun; go on with BDAT, or send RSET";

	if (s->phase == PHASE_CONNECTED)
		why = "Send EHLO first";
	else if (s->phase == PHASE_GREETED)
		why = "Send MAIL FROM first";
	else if (s->phase == PHASE_MAIL || s->phase == PHASE_RCPT)
		why = "A transaction is open; finish it, or send RSET";
	reply_set(r, 503, "5.5.1", "%s", why);
}

static bool
has_control(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (iscntrl((unsigned char)s[i]) && s[i] != '\t')
			return true;
	}
	return false;
}

/* 50x and 555 are the protocol's own errors; what policy says is not. */
static enum next
count_error(struct session *s, enum next next, struct reply *r)
{
	bool protocol = (r->code >= 500 && r->code <= 504) || r->code == 555;

	if (!protocol || ++s->count.errors <= PROTOCOL_ERRORS)
		return next;
	session_reset(s);
	reply_set(
	    r, 421, "4.7.0", "%s Too many errors, closing", s->conf->hostname);
	return NEXT_CLOSE;
}
