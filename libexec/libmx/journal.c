/* SPDX-License-Identifier: ISC */
/*
 * The journal's records (mx-spool(5)): an envelope to lines, lines back to an
 * envelope and what happened to it.  Nothing here touches a file.
 */
#include "envelope.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TRACE_PIECE = 2000 }; /* of a trace, encoded it is up to 6,000 */

struct event {
	const char *type;
	int (*apply)(struct envelope *, const struct record_view *);
	bool envelope; /* stands before "end" */
};

static int apply_from(struct envelope *, const struct record_view *);
static int apply_client(struct envelope *, const struct record_view *);
static int apply_trace(struct envelope *, const struct record_view *);
static int apply_about(struct envelope *, const struct record_view *);
static int apply_rcpt(struct envelope *, const struct record_view *);
static int apply_end(struct envelope *, const struct record_view *);
static int apply_try(struct envelope *, const struct record_view *);
static int apply_done(struct envelope *, const struct record_view *);
static int apply_fail(struct envelope *, const struct record_view *);
static int apply_dsn(struct envelope *, const struct record_view *);
static int apply_expired(struct envelope *, const struct record_view *);
static int apply_hold(struct envelope *, const struct record_view *);
static int apply_release(struct envelope *, const struct record_view *);
static int apply_outcome(
    struct envelope *, const struct record_view *, enum rcpt_state);

static bool record_from(struct record *, const struct envelope *);
static bool record_client(struct record *, const struct envelope *);
static bool record_about(struct record *, const struct envelope *);
static int emit_trace(
    const struct envelope *, int (*)(void *, const char *, size_t), void *);
static bool event_outcome(struct record *, const char *type, size_t rcpt,
    time_t, const char *host, const char *reply);
static int get_string(const struct record_view *, const char *, char **);
static int get_time(const struct record_view *, time_t *);
static int malformed(void);

static const struct event events[] = {
    {"from", apply_from, true},
    {"client", apply_client, true},
    {"trace", apply_trace, true},
    {"about", apply_about, true},
    {"rcpt", apply_rcpt, true},
    {"end", apply_end, true},
    {"try", apply_try, false},
    {"done", apply_done, false},
    {"fail", apply_fail, false},
    {"dsn", apply_dsn, false},
    {"expired", apply_expired, false},
    {"hold", apply_hold, false},
    {"release", apply_release, false},
};

int
envelope_emit(const struct envelope *e,
    int (*emit)(void *, const char *line, size_t n), void *ctx)
{
	struct record r;
	int result;

	errno = EMSGSIZE;
	if (!record_from(&r, e))
		return -1;
	if ((result = emit(ctx, r.line, r.len)) != 0)
		return result;
	if (!record_client(&r, e))
		return -1;
	if ((result = emit(ctx, r.line, r.len)) != 0 ||
	    (result = emit_trace(e, emit, ctx)) != 0)
		return result;
	if (*e->about_id != '\0') {
		if (!record_about(&r, e))
			return -1;
		if ((result = emit(ctx, r.line, r.len)) != 0)
			return result;
	}
	for (size_t i = 0; i < e->nrcpt; i++) {
		if (!envelope_record_rcpt(&r, &e->rcpt[i]))
			return -1;
		if ((result = emit(ctx, r.line, r.len)) != 0)
			return result;
	}
	record_begin(&r, "end");
	record_add_number(&r, "rcpts", e->nrcpt);
	return record_end(&r) ? emit(ctx, r.line, r.len) : -1;
}

bool
envelope_record_rcpt(struct record *r, const struct rcpt *rcpt)
{
	record_begin(r, "rcpt");
	record_add(r, "path", rcpt->mailbox);
	if (rcpt->notify != 0)
		record_add_number(r, "notify", rcpt->notify);
	if (*rcpt->orcpt != '\0')
		record_add(r, "orcpt", rcpt->orcpt);
	return record_end(r);
}

bool
event_try(struct record *r, time_t at, const char *host, const char *reply)
{
	record_begin(r, "try");
	record_add_number(r, "at", (uint64_t)at);
	record_add(r, "host", host);
	record_add(r, "reply", reply);
	return record_end(r);
}

bool
event_done(struct record *r, size_t rcpt, time_t at, const char *host,
    const char *reply)
{
	return event_outcome(r, "done", rcpt, at, host, reply);
}

bool
event_fail(struct record *r, size_t rcpt, time_t at, const char *host,
    const char *reply)
{
	return event_outcome(r, "fail", rcpt, at, host, reply);
}

bool
event_dsn(struct record *r, unsigned n, time_t at, const char *id)
{
	record_begin(r, "dsn");
	record_add_number(r, "n", n);
	record_add_number(r, "at", (uint64_t)at);
	record_add(r, "id", id);
	return record_end(r);
}

bool
event_mark(struct record *r, const char *type, time_t at)
{
	record_begin(r, type);
	record_add_number(r, "at", (uint64_t)at);
	return record_end(r);
}

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

static bool
record_from(struct record *r, const struct envelope *e)
{
	record_begin(r, "from");
	record_add(r, "path", e->sender);
	record_add_number(r, "arrived", (uint64_t)e->arrived);
	if (e->body != BODY_NONE)
		record_add(r, "body", body_name(e->body));
	if (e->smtputf8)
		record_add_number(r, "smtputf8", 1);
	if (e->ret != RET_NONE)
		record_add(r, "ret", ret_name(e->ret));
	if (*e->envid != '\0')
		record_add(r, "envid", e->envid);
	if (*e->verified != '\0')
		record_add(r, "verified", e->verified);
	return record_end(r);
}

static bool
record_client(struct record *r, const struct envelope *e)
{
	record_begin(r, "client");
	record_add(r, "ip", e->client);
	record_add(r, "name", e->client_name);
	record_add(r, "helo", e->helo);
	record_add(r, "proto", e->proto);
	return record_end(r);
}

static bool
record_about(struct record *r, const struct envelope *e)
{
	record_begin(r, "about");
	record_add(r, "domain", e->about_domain);
	record_add(r, "id", e->about_id);
	record_add_number(r, "n", e->about_n);
	return record_end(r);
}

static int
emit_trace(const struct envelope *e,
    int (*emit)(void *, const char *line, size_t n), void *ctx)
{
	const char *rest = e->trace;
	size_t left = strlen(rest);
	struct record r;
	int result;

	while (left > 0) {
		size_t piece = left < TRACE_PIECE ? left : TRACE_PIECE;

		record_begin(&r, "trace");
		record_add_octets(&r, "text", rest, piece);
		if (!record_end(&r))
			return -1;
		if ((result = emit(ctx, r.line, r.len)) != 0)
			return result;
		rest += piece;
		left -= piece;
	}
	return 0;
}

static bool
event_outcome(struct record *r, const char *type, size_t rcpt, time_t at,
    const char *host, const char *reply)
{
	record_begin(r, type);
	record_add_number(r, "rcpt", rcpt);
	record_add_number(r, "at", (uint64_t)at);
	record_add(r, "host", host);
	record_add(r, "reply", reply);
	return record_end(r);
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
	if (!record_get_number(r, "arrived", &flag))
		return malformed();
	e->arrived = (time_t)flag;
	e->smtputf8 = record_get_number(r, "smtputf8", &flag) && flag == 1;
	if (record_get(r, "body", word, sizeof word))
		e->body =
		    strcmp(word, "8BITMIME") == 0 ? BODY_8BITMIME : BODY_7BIT;
	if (record_get(r, "ret", word, sizeof word))
		e->ret = strcmp(word, "FULL") == 0 ? RET_FULL : RET_HDRS;
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
	char piece[TRACE_PIECE + 1], *longer;
	size_t have = strlen(e->trace), more;

	if (!record_get(r, "text", piece, sizeof piece))
		return malformed();
	more = strlen(piece);
	if ((longer = realloc(e->trace, have + more + 1)) == NULL)
		return -1;
	memcpy(longer + have, piece, more + 1);
	e->trace = longer;
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

static int
apply_end(struct envelope *e, const struct record_view *r)
{
	uint64_t count;

	if (!record_get_number(r, "rcpts", &count) || count != e->nrcpt)
		return malformed();
	e->whole = true;
	return 0;
}

static int
apply_try(struct envelope *e, const struct record_view *r)
{
	e->attempts++;
	return get_time(r, &e->last_attempt) == -1 ||
		get_string(r, "host", &e->last_host) == -1 ||
		get_string(r, "reply", &e->last_reply) == -1
	    ? -1
	    : 0;
}

static int
apply_done(struct envelope *e, const struct record_view *r)
{
	return apply_outcome(e, r, RCPT_DELIVERED);
}

static int
apply_fail(struct envelope *e, const struct record_view *r)
{
	return apply_outcome(e, r, RCPT_FAILED);
}

static int
apply_outcome(
    struct envelope *e, const struct record_view *r, enum rcpt_state state)
{
	uint64_t i;

	if (!record_get_number(r, "rcpt", &i) || i >= e->nrcpt)
		return malformed();
	e->rcpt[i].state = state;
	return get_time(r, &e->rcpt[i].when) == -1 ||
		get_string(r, "host", &e->rcpt[i].host) == -1 ||
		get_string(r, "reply", &e->rcpt[i].reply) == -1
	    ? -1
	    : 0;
}

static int
apply_dsn(struct envelope *e, const struct record_view *r)
{
	uint64_t n;

	if (!record_get_number(r, "n", &n) || n != e->dsns + 1)
		return malformed();
	e->dsns = (unsigned)n;
	for (size_t i = 0; i < e->nrcpt; i++) {
		if (e->rcpt[i].state == RCPT_FAILED)
			e->rcpt[i].state = RCPT_CLOSED;
	}
	return 0;
}

static int
apply_expired(struct envelope *e, const struct record_view *r)
{
	return get_time(r, &e->expired_at);
}

static int
apply_hold(struct envelope *e, const struct record_view *r)
{
	(void)r;
	e->held = true;
	return 0;
}

static int
apply_release(struct envelope *e, const struct record_view *r)
{
	(void)r;
	e->held = false;
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
get_time(const struct record_view *r, time_t *out)
{
	uint64_t seconds;

	if (!record_get_number(r, "at", &seconds))
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
