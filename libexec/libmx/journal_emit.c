/* SPDX-License-Identifier: ISC */
/*
 * The journal's records written (mx-spool(5)): an envelope to lines, and a line
 * for each event.  Nothing here touches a file.
 */
#include "envelope.h"

#include <errno.h>
#include <string.h>

/* Three times as long when encoded, and all within RECORD_LEN: an outcome must
 * be recorded whatever the primary said. */
enum { HOST_PIECE = 400, REPLY_PIECE = JOURNAL_PIECE };

struct out { /* who is given the lines */
	int (*emit)(void *, const char *, size_t);
	void *ctx;
};

static int put(struct record *, const struct out *);
static int put_from(const struct envelope *, const struct out *);
static int put_client(const struct envelope *, const struct out *);
static int put_trace(const struct envelope *, const struct out *);
static int put_cuts(const struct envelope *, const struct out *);
static int put_about(const struct envelope *, const struct out *);
static int put_rcpts(const struct envelope *, const struct out *);
static int put_end(const struct envelope *, const struct out *);
static void fill_rcpt(struct record *, const struct rcpt *);
static bool event_outcome(struct record *, const char *type, size_t rcpt,
    time_t, const char *host, const char *reply);
static void add_answer(
    struct record *, time_t, const char *host, const char *reply);
static void add_time(struct record *, const char *key, time_t);

int
envelope_emit(const struct envelope *e,
    int (*emit)(void *, const char *line, size_t n), void *ctx)
{
	static int (*const put_part[])(
	    const struct envelope *, const struct out *) = {put_from,
	    put_client, put_trace, put_cuts, put_about, put_rcpts, put_end};
	const struct out out = {emit, ctx};
	int result = 0;

	for (size_t i = 0;
	     result == 0 && i < sizeof put_part / sizeof *put_part; i++)
		result = put_part[i](e, &out);
	return result;
}

bool
envelope_record_rcpt(struct record *r, const struct rcpt *rcpt)
{
	fill_rcpt(r, rcpt);
	return record_end(r);
}

bool
event_try(struct record *r, time_t at, const char *host, const char *reply)
{
	record_begin(r, "try");
	add_answer(r, at, host, reply);
	return record_end(r);
}

bool
event_done(struct record *r, size_t rcpt, time_t at, const char *host,
    const char *reply)
{
	return event_outcome(r, "done", rcpt, at, host, reply);
}

bool
event_relayed(struct record *r, size_t rcpt, time_t at, const char *host,
    const char *reply)
{
	record_begin(r, "done");
	record_add_number(r, "rcpt", rcpt);
	record_add_number(r, "relayed", 1);
	add_answer(r, at, host, reply);
	return record_end(r);
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
	add_time(r, "at", at);
	record_add(r, "id", id);
	return record_end(r);
}

bool
event_delayed(struct record *r, time_t at, const struct event_delay *e)
{
	record_begin(r, "delayed");
	record_add_number(r, "n", e->n);
	record_add_number(r, "level", e->level);
	add_time(r, "at", at);
	record_add(r, "id", e->id);
	return record_end(r);
}

bool
event_hold(struct record *r, time_t at, const char *why)
{
	record_begin(r, "hold");
	add_time(r, "at", at);
	record_add_octets(r, "why", why, strnlen(why, HOST_PIECE));
	return record_end(r);
}

bool
event_mark(struct record *r, const char *type, time_t at)
{
	record_begin(r, type);
	add_time(r, "at", at);
	return record_end(r);
}

/* Ends the record and hands it on. */
static int
put(struct record *r, const struct out *out)
{
	if (!record_end(r)) {
		errno = EMSGSIZE;
		return -1;
	}
	return out->emit(out->ctx, r->line, r->len);
}

static int
put_from(const struct envelope *e, const struct out *out)
{
	struct record r;

	record_begin(&r, "from");
	record_add(&r, "path", e->sender);
	add_time(&r, "arrived", e->arrived);
	if (e->body != BODY_NONE)
		record_add(&r, "body", body_name(e->body));
	if (e->smtputf8)
		record_add_number(&r, "smtputf8", 1);
	if (e->tls != TLS_AS_SET)
		record_add(&r, "tls", envelope_tls_name(e->tls));
	if (e->ret != RET_NONE)
		record_add(&r, "ret", ret_name(e->ret));
	if (*e->envid != '\0')
		record_add(&r, "envid", e->envid);
	if (*e->verified != '\0')
		record_add(&r, "verified", e->verified);
	return put(&r, out);
}

static int
put_client(const struct envelope *e, const struct out *out)
{
	struct record r;

	record_begin(&r, "client");
	record_add(&r, "ip", e->client);
	record_add(&r, "name", e->client_name);
	record_add(&r, "helo", e->helo);
	record_add(&r, "proto", e->proto);
	return put(&r, out);
}

static int
put_trace(const struct envelope *e, const struct out *out)
{
	const char *rest = e->trace;
	size_t left = strlen(rest);
	int result = 0;

	while (result == 0 && left > 0) {
		size_t piece = left < JOURNAL_PIECE ? left : JOURNAL_PIECE;
		struct record r;

		record_begin(&r, "trace");
		record_add_octets(&r, "text", rest, piece);
		result = put(&r, out);
		rest += piece;
		left -= piece;
	}
	return result;
}

static int
put_cuts(const struct envelope *e, const struct out *out)
{
	int result = 0;

	for (unsigned i = 0; result == 0 && i < e->cuts.n; i++) {
		struct record r;

		record_begin(&r, "cut");
		record_add_number(&r, "at", e->cuts.cut[i].at);
		record_add_number(&r, "octets", e->cuts.cut[i].octets);
		result = put(&r, out);
	}
	return result;
}

static int
put_about(const struct envelope *e, const struct out *out)
{
	struct record r;

	if (*e->about_id == '\0')
		return 0;
	record_begin(&r, "about");
	record_add(&r, "domain", e->about_domain);
	record_add(&r, "id", e->about_id);
	record_add_number(&r, "n", e->about_n);
	return put(&r, out);
}

static int
put_rcpts(const struct envelope *e, const struct out *out)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < e->nrcpt; i++) {
		struct record r;

		fill_rcpt(&r, &e->rcpt[i]);
		result = put(&r, out);
	}
	return result;
}

static int
put_end(const struct envelope *e, const struct out *out)
{
	struct record r;

	record_begin(&r, "end");
	record_add_number(&r, "rcpts", e->nrcpt);
	return put(&r, out);
}

static void
fill_rcpt(struct record *r, const struct rcpt *rcpt)
{
	record_begin(r, "rcpt");
	record_add(r, "path", rcpt->mailbox);
	if (rcpt->notify != 0)
		record_add_number(r, "notify", rcpt->notify);
	if (*rcpt->orcpt != '\0')
		record_add(r, "orcpt", rcpt->orcpt);
}

static bool
event_outcome(struct record *r, const char *type, size_t rcpt, time_t at,
    const char *host, const char *reply)
{
	record_begin(r, type);
	record_add_number(r, "rcpt", rcpt);
	add_answer(r, at, host, reply);
	return record_end(r);
}

static void
add_answer(struct record *r, time_t at, const char *host, const char *reply)
{
	add_time(r, "at", at);
	record_add_octets(r, "host", host, strnlen(host, HOST_PIECE));
	record_add_octets(r, "reply", reply, strnlen(reply, REPLY_PIECE));
}

/* A clock that is out of all reason must not make a record that is refused. */
static void
add_time(struct record *r, const char *key, time_t at)
{
	uint64_t seconds = at < 0 ? 0 : (uint64_t)at;

	record_add_number(
	    r, key, seconds > JOURNAL_TIME_MOST ? JOURNAL_TIME_MOST : seconds);
}
