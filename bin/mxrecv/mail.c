/* SPDX-License-Identifier: ISC */
/*
 * MAIL and RCPT (RFC 5321 4.1.1.2-3) with the parameters of SIZE, 8BITMIME,
 * SMTPUTF8, REQUIRETLS (RFC 8689) and DSN:
 *
 *	C: MAIL FROM:<a@example.org> SIZE=1234 RET=HDRS
 *	S: 250 2.1.0 OK
 *	C: RCPT TO:<b@example.com> NOTIFY=FAILURE
 *	S: 250 2.1.5 OK
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "checks.h"
#include "through.h"
#include "verbs.h"

static bool parse_sender(
    struct session *, const char *, size_t, struct reply *);
static bool take_rcpt(struct session *, const char *, size_t, struct reply *);
static bool shares(struct session *, struct reply *);
static bool parse_rcpt(
    const char *, size_t, struct path *, struct rcpt_params *, struct reply *);
static bool path_text(
    const char *keyword, const char **s, size_t *n, struct reply *);
static void say_path_error(enum path_error, bool sender, struct reply *);
static void say_param_error(enum param_error, const char *bad, struct reply *);
static enum answer find_domain(struct session *, struct path *);
static bool is_our_postmaster(const struct session *, const struct path *);
static enum answer find_postmaster(struct session *, struct path *);
static enum answer find_above(struct session *, const char **domain);
static bool add(struct session *, const struct path *,
    const struct rcpt_params *, struct reply *);

enum next
verb_mail(struct session *s, const char *arg, size_t n, struct reply *r)
{
	struct transaction *t = &s->mail;

	s->serial++;
	if (!parse_sender(s, arg, n, r) || !checks_run(s, STAGE_MAIL, r)) {
		session_reset(s);
		return NEXT_LINE;
	}
	if (!s->store->has_room(s->store->ctx, t->params.size)) {
		session_reset(s);
		reply_set(r, 452, "4.3.1",
		    "Not enough space here for this message; try again later");
		return NEXT_LINE;
	}
	s->phase = PHASE_MAIL;
	reply_set(r, 250, "2.1.0", "OK");
	return NEXT_LINE;
}

enum next
verb_rcpt(struct session *s, const char *arg, size_t n, struct reply *r)
{
	reply_set(r, 250, "2.1.5", "OK");
	if (take_rcpt(s, arg, n, r)) {
		s->phase = PHASE_RCPT;
	} else {
		s->mail.refused++;
		s->count.refused++;
	}
	return NEXT_LINE;
}

static bool
parse_sender(struct session *s, const char *arg, size_t n, struct reply *r)
{
	struct transaction *t = &s->mail;
	enum path_error path;
	enum param_error param;
	char bad[64];
	size_t used;

	if (!path_text("FROM:", &arg, &n, r))
		return false;
	path = path_parse(arg, n, &t->sender, &used);
	if (path == PATH_OK && path_is_postmaster(&t->sender))
		path = PATH_SYNTAX; /* only a recipient may lack a domain */
	if (path != PATH_OK) {
		say_path_error(path, true, r);
		return false;
	}
	param = param_parse_mail(arg + used, n - used, &t->params, bad);
	if (param != PARAM_OK) {
		say_param_error(param, bad, r);
		return false;
	}
	if (t->params.requiretls && !s->tls.up) {
		reply_set(r, 530, "5.7.10",
		    "Encryption needed: REQUIRETLS is for sessions over TLS");
		return false;
	}
	if (t->sender.utf8 && !t->params.smtputf8) {
		reply_set(r, 553, "5.6.7",
		    "A non-ASCII address needs the parameter SMTPUTF8");
		return false;
	}
	return true;
}

static bool
take_rcpt(struct session *s, const char *arg, size_t n, struct reply *r)
{
	struct rcpt_params params;
	struct path path;
	bool good;

	if (!parse_rcpt(arg, n, &path, &params, r))
		return false;
	if (path.utf8 && !s->mail.params.smtputf8) {
		reply_set(r, 553, "5.6.7",
		    "A non-ASCII address needs SMTPUTF8 with MAIL");
		return false;
	}
	s->handled = find_domain(s, &path);
	s->rcpt = &path;
	good = checks_run(s, STAGE_RCPT, r) && shares(s, r) &&
	    through_rcpt(s, &params, r);
	s->rcpt = NULL;
	return good && add(s, &path, &params, r);
}

/* One reply stands for all recipients of a message, so those for whom it may
 * differ do not share one (RFC 5321 4.5.3.1.10 has the code). */
static bool
shares(struct session *s, struct reply *r)
{
	struct transaction *t = &s->mail;

	if (t->domain[0] == '\0')
		strlcpy(t->domain, s->row.name, sizeof t->domain);
	if (strcmp(t->domain, s->row.name) == 0 ||
	    checks_agree(s, t->domain, s->row.name))
		return true;
	reply_set(r, 452, "4.5.3",
	    "Send the message again to %s, which has a policy of its own",
	    s->row.name);
	return false;
}

static bool
parse_rcpt(const char *arg, size_t n, struct path *path,
    struct rcpt_params *params, struct reply *r)
{
	enum path_error error;
	enum param_error param;
	char bad[64];
	size_t used;

	if (!path_text("TO:", &arg, &n, r))
		return false;
	error = path_parse(arg, n, path, &used);
	if (error == PATH_OK && path_is_null(path))
		error = PATH_SYNTAX;
	if (error != PATH_OK) {
		say_path_error(error, false, r);
		return false;
	}
	param = param_parse_rcpt(arg + used, n - used, params, bad);
	if (param != PARAM_OK)
		say_param_error(param, bad, r);
	return param == PARAM_OK;
}

/* Behind the keyword; blanks there are forbidden by RFC 5321 4.1.1.2, and so
 * common that all its peers take them. */
static bool
path_text(const char *keyword, const char **s, size_t *n, struct reply *r)
{
	size_t len = strlen(keyword);

	if (strncasecmp(*s, keyword, len) != 0) {
		reply_set(r, 501, "5.5.4", "Syntax: %s %s<address>",
		    *keyword == 'F' ? "MAIL" : "RCPT", keyword);
		return false;
	}
	while ((*s)[len] == ' ')
		len++;
	*s += len;
	*n -= len;
	return true;
}

static void
say_path_error(enum path_error e, bool sender, struct reply *r)
{
	if (e == PATH_DOMAIN)
		reply_set(r, 501, sender ? "5.1.8" : "5.1.2",
		    "The address has no valid domain name");
	else if (e == PATH_TOO_LONG)
		reply_set(r, 501, sender ? "5.1.7" : "5.1.3",
		    "The address is longer than %d octets", MAILBOX_LEN);
	else
		reply_set(r, 501, sender ? "5.1.7" : "5.1.3",
		    "The address is not written as RFC 5321 has it: "
		    "<local-part@domain>");
}

static void
say_param_error(enum param_error e, const char *bad, struct reply *r)
{
	if (e == PARAM_UNKNOWN)
		reply_set(r, 555, "5.5.4", "Parameter not known here: %s", bad);
	else
		reply_set(
		    r, 501, "5.5.4", "Parameter with a bad value: %s", bad);
}

/* Whether we are a backup for the recipient. */
static enum answer
find_domain(struct session *s, struct path *p)
{
	enum answer handled = ANSWER_NO;

	if (p->literal)
		return ANSWER_NO;
	if (!path_is_postmaster(p))
		handled =
		    s->store->domain(s->store->ctx, path_domain(p), &s->row);
	if (handled == ANSWER_NO && is_our_postmaster(s, p))
		handled = find_postmaster(s, p);
	return handled;
}

static bool
is_our_postmaster(const struct session *s, const struct path *p)
{
	return path_is_postmaster(p) ||
	    (strncasecmp(p->mailbox, "postmaster@", 11) == 0 &&
		strcmp(path_domain(p), s->conf->hostname) == 0);
}

/*
 * Ours has to be reachable (RFC 5321 4.5.1): whom mx.conf names, else the
 * postmaster of our own name's domain, else of the first in the table, for the
 * mail of a backup goes to handled domains only.
 */
static enum answer
find_postmaster(struct session *s, struct path *p)
{
	const char *domain = s->conf->hostname, *named = s->conf->postmaster;
	enum answer handled = ANSWER_NO;
	struct path to;

	if (path_parse_mailbox(named, strlen(named), &to) == PATH_OK)
		handled =
		    s->store->domain(s->store->ctx, path_domain(&to), &s->row);
	if (handled != ANSWER_NO) {
		*p = to;
		return handled;
	}
	if ((handled = find_above(s, &domain)) == ANSWER_YES) {
		snprintf(
		    p->mailbox, sizeof p->mailbox, "postmaster@%s", domain);
		p->local_len = strlen("postmaster");
	}
	return handled;
}

/* The first of *DOMAIN, what is above it, and any at all that is handled. */
static enum answer
find_above(struct session *s, const char **domain)
{
	const struct store *store = s->store;
	enum answer handled = ANSWER_NO;

	for (const char *at = *domain; at != NULL && handled == ANSWER_NO;) {
		*domain = at;
		handled = store->domain(store->ctx, at, &s->row);
		at = strchr(at, '.');
		at = at == NULL ? NULL : at + 1;
	}
	if (handled == ANSWER_NO) {
		handled = store->domain(store->ctx, "", &s->row);
		*domain = s->row.name;
	}
	return handled;
}

static bool
add(struct session *s, const struct path *path,
    const struct rcpt_params *params, struct reply *r)
{
	enum rcpts_status status = rcpts_add(&s->mail.rcpts, path, params);

	if (status == RCPTS_FULL)
		reply_set(r, 452, "4.5.3",
		    "Too many recipients: %d in %d domains is the most; "
		    "send again to the others",
		    RECIPIENTS, RECIPIENT_DOMAINS);
	else if (status == RCPTS_NOMEM)
		reply_set(r, 452, "4.3.0", "Out of memory; try again later");
	if (status == RCPTS_FULL || status == RCPTS_NOMEM)
		through_take_back(s);
	return status == RCPTS_ADDED || status == RCPTS_KNOWN;
}
