/* SPDX-License-Identifier: ISC */
/*
 * The journal's records read (mx-spool(5)): lines to an envelope and what
 * happened to it.  What is not valid changes nothing that matters and is
 * EBADMSG.  Nothing here touches a file.
 */
#include "envelope.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct event {
	const char *type;
	int (*apply)(struct envelope *, const struct record_view *);
	bool envelope; /* stands before "end" */
};

static int apply_from(struct envelope *, const struct record_view *);
static int apply_client(struct envelope *, const struct record_view *);
static int apply_trace(struct envelope *, const struct record_view *);
static int apply_cut(struct envelope *, const struct record_view *);
static int apply_about(struct envelope *, const struct record_view *);
static int apply_rcpt(struct envelope *, const struct record_view *);
static int apply_end(struct envelope *, const struct record_view *);
static int apply_try(struct envelope *, const struct record_view *);
static int apply_done(struct envelope *, const struct record_view *);
static int apply_fail(struct envelope *, const struct record_view *);
static int apply_dsn(struct envelope *, const struct record_view *);
static int apply_delayed(struct envelope *, const struct record_view *);
static int apply_expired(struct envelope *, const struct record_view *);
static int apply_hold(struct envelope *, const struct record_view *);
static int apply_release(struct envelope *, const struct record_view *);
static int apply_bounce(struct envelope *, const struct record_view *);
static struct rcpt *apply_outcome(
    struct envelope *, const struct record_view *, enum rcpt_state);

static int get_string(const struct record_view *, const char *, char **);
static int get_time(const struct record_view *, const char *key, time_t *);
static int malformed(void);

static const struct event events[] = {
    {"from", apply_from, true},
    {"client", apply_client, true},
    {"trace", apply_trace, true},
    {"cut", apply_cut, true},
    {"about", apply_about, true},
    {"rcpt", apply_rcpt, true},
    {"end", apply_end, true},
    {"try", apply_try, false},
    {"done", apply_done, false},
    {"fail", apply_fail, false},
    {"dsn", apply_dsn, false},
    {"delayed", apply_delayed, false},
    {"expired", apply_expired, false},
    {"hold", apply_hold, false},
    {"release", apply_release, false},
    {"bounce", apply_bounce, false},
};

int
envelope_apply(struct envelope *e, const struct record_view *r)
{
	for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
		if (strcmp(r->type, events[i].type) != 0)
			continue;
		if (events[i].envelope == envelope_is_whole(e))
			break;
		return events[i].apply(e, r);
	}
	return malformed();
}

bool
envelope_is_whole(const struct envelope *e)
{
	return e->whole;
}

static int
apply_from(struct envelope *e, const struct record_view *r)
{
	char word[16];
	uint64_t flag;

	if (get_string(r, "path", &e->sender) == -1 ||
	    get_string(r, "envid", &e->envid) == -1 ||
	    get_string(r, "verified", &e->verified) == -1)
		return -1;
	if (get_time(r, "arrived", &e->arrived) == -1)
		return -1;
	e->smtputf8 = record_get_number(r, "smtputf8", &flag) && flag == 1;
	if (record_get(r, "body", word, sizeof word))
		e->body =
		    strcmp(word, "8BITMIME") == 0 ? BODY_8BITMIME : BODY_7BIT;
	if (record_get(r, "tls", word, sizeof word))
		e->tls =
		    strcmp(word, "optional") == 0 ? TLS_OPTIONAL : TLS_REQUIRED;
	if (record_get(r, "ret", word, sizeof word))
		e->ret = strcmp(word, "FULL") == 0 ? RET_FULL : RET_HDRS;
	e->from = true;
	return 0;
}

static int
apply_client(struct envelope *e, const struct record_view *r)
{
	return get_string(r, "ip", &e->client) == -1 ||
		get_string(r, "name", &e->client_name) == -1 ||
		get_string(r, "helo", &e->helo) == -1 ||
		get_string(r, "proto", &e->proto) == -1
	    ? -1
	    : 0;
}

static int
apply_trace(struct envelope *e, const struct record_view *r)
{
	char piece[JOURNAL_PIECE + 1], *longer;
	size_t have = strlen(e->trace), more;

	if (!record_get(r, "text", piece, sizeof piece))
		return malformed();
	more = strlen(piece);
	if (have + more > HEADER_LEN)
		return malformed();
	if ((longer = realloc(e->trace, have + more + 1)) == NULL)
		return -1;
	memcpy(longer + have, piece, more + 1);
	e->trace = longer;
	return 0;
}

static int
apply_cut(struct envelope *e, const struct record_view *r)
{
	uint64_t at, octets;

	if (!record_get_number(r, "at", &at) ||
	    !record_get_number(r, "octets", &octets) ||
	    !cuts_add(&e->cuts, at, octets))
		return malformed();
	return 0;
}

static int
apply_about(struct envelope *e, const struct record_view *r)
{
	uint64_t n;

	if (!record_get_number(r, "n", &n) || n == 0 || n > 9999)
		return malformed();
	e->about_n = (unsigned)n;
	return get_string(r, "domain", &e->about_domain) == -1 ||
		get_string(r, "id", &e->about_id) == -1
	    ? -1
	    : 0;
}

static int
apply_rcpt(struct envelope *e, const struct record_view *r)
{
	char mailbox[MAILBOX_LEN + 1], orcpt[ORCPT_LEN + 1] = "";
	uint64_t notify = 0;

	if (!record_get(r, "path", mailbox, sizeof mailbox))
		return malformed();
	record_get_number(r, "notify", &notify);
	record_get(r, "orcpt", orcpt, sizeof orcpt);
	return envelope_add_rcpt(e, mailbox, (unsigned)notify & 15, orcpt);
}

/* A message for nobody would count as done, and be unlinked. */
static int
apply_end(struct envelope *e, const struct record_view *r)
{
	uint64_t count;

	if (!record_get_number(r, "rcpts", &count) || count != e->nrcpt ||
	    count == 0 || !e->from)
		return malformed();
	e->whole = true;
	return 0;
}

static int
apply_try(struct envelope *e, const struct record_view *r)
{
	e->attempts++;
	return get_time(r, "at", &e->last_attempt) == -1 ||
		get_string(r, "host", &e->last_host) == -1 ||
		get_string(r, "reply", &e->last_reply) == -1
	    ? -1
	    : 0;
}

static int
apply_done(struct envelope *e, const struct record_view *r)
{
	struct rcpt *rcpt = apply_outcome(e, r, RCPT_DELIVERED);
	uint64_t relayed;

	if (rcpt == NULL)
		return -1;
	rcpt->relayed =
	    record_get_number(r, "relayed", &relayed) && relayed == 1;
	return 0;
}

static int
apply_fail(struct envelope *e, const struct record_view *r)
{
	return apply_outcome(e, r, RCPT_FAILED) == NULL ? -1 : 0;
}

/* Whose it is, or NULL with errno. */
static struct rcpt *
apply_outcome(
    struct envelope *e, const struct record_view *r, enum rcpt_state state)
{
	struct rcpt *rcpt;
	uint64_t i;

	if (!record_get_number(r, "rcpt", &i) || i >= e->nrcpt) {
		malformed();
		return NULL;
	}
	rcpt = &e->rcpt[i];
	rcpt->state = state;
	return get_time(r, "at", &rcpt->when) == -1 ||
		get_string(r, "host", &rcpt->host) == -1 ||
		get_string(r, "reply", &rcpt->reply) == -1
	    ? NULL
	    : rcpt;
}

static int
apply_dsn(struct envelope *e, const struct record_view *r)
{
	char id[ID_NAME + 1];
	bool made = record_get(r, "id", id, sizeof id) && *id != '\0';
	uint64_t n;

	if (!record_get_number(r, "n", &n) || n != e->dsns + 1)
		return malformed();
	e->dsns = (unsigned)n;
	for (size_t i = 0; i < e->nrcpt; i++) {
		e->rcpt[i].relayed &= !made;
		if (e->rcpt[i].state == RCPT_FAILED)
			e->rcpt[i].state = RCPT_CLOSED;
	}
	return 0;
}

static int
apply_delayed(struct envelope *e, const struct record_view *r)
{
	uint64_t n, level;

	if (!record_get_number(r, "n", &n) || n != e->dsns + 1 ||
	    !record_get_number(r, "level", &level) || level > 9)
		return malformed();
	e->dsns = (unsigned)n;
	e->delays = (unsigned)level;
	return 0;
}

static int
apply_expired(struct envelope *e, const struct record_view *r)
{
	return get_time(r, "at", &e->expired_at);
}

static int
apply_hold(struct envelope *e, const struct record_view *r)
{
	e->held = true;
	return get_string(r, "why", &e->held_why);
}

static int
apply_release(struct envelope *e, const struct record_view *r)
{
	(void)r;
	e->held = false;
	return envelope_set(&e->held_why, "");
}

static int
apply_bounce(struct envelope *e, const struct record_view *r)
{
	(void)r;
	e->bounce_asked = true;
	return 0;
}

/* An absent key leaves the string as it is; a malformed one is an error. */
static int
get_string(const struct record_view *r, const char *key, char **member)
{
	char value[RECORD_LEN];

	if (!record_has(r, key))
		return 0;
	if (!record_get(r, key, value, sizeof value))
		return malformed();
	return envelope_set(member, value);
}

static int
get_time(const struct record_view *r, const char *key, time_t *out)
{
	uint64_t seconds;

	if (!record_get_number(r, key, &seconds) || seconds > JOURNAL_TIME_MOST)
		return malformed();
	*out = (time_t)seconds;
	return 0;
}

static int
malformed(void)
{
	errno = EBADMSG;
	return -1;
}
