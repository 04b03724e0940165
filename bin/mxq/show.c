/* SPDX-License-Identifier: ISC */
/* mxq show: an envelope, what has happened to it, and what comes next. */
#include "show.h"

#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

#include "primary.h"
#include "text.h"

enum { LABEL = 12 };

static int show(struct mxq *, const struct target *);
static void show_head(
    struct mxq *, const struct target *, const struct message *);
static void show_from(struct mxq *, const struct envelope *);
static void show_about(struct mxq *, const struct envelope *);
static void show_primary(struct mxq *, const struct primary *);
static void show_trace(struct mxq *, const char *trace);
static void show_cut(struct mxq *, const struct cut *);
static void show_rcpt(struct mxq *, const struct rcpt *, size_t number);
static int show_event(void *, const struct record_view *);
static void field(struct mxq *, const char *key, const char *value);
static void field_time(struct mxq *, const char *key, time_t);
static void open_field(struct mxq *, const char *key);

int
mxq_show(struct mxq *q, char *args[])
{
	return target_each(q, args, false, show);
}

bool
show_is_event(const struct record_view *r)
{
	static const char *const envelope[] = {
	    "from", "client", "trace", "cut", "about", "rcpt", "end"};

	for (size_t i = 0; i < sizeof envelope / sizeof *envelope; i++) {
		if (strcmp(r->type, envelope[i]) == 0)
			return false;
	}
	return true;
}

const char *
show_rcpt_word(const struct rcpt *r)
{
	static const char *const word[] = {
	    [RCPT_WAITING] = "waiting",
	    [RCPT_DELIVERED] = "delivered",
	    [RCPT_FAILED] = "failed",
	    [RCPT_CLOSED] = "closed",
	};

	return word[r->state];
}

static int
show(struct mxq *q, const struct target *t)
{
	struct message m;
	int code = target_open(t, MESSAGE_READ, &m);

	if (code != EX_OK)
		return code;
	if (q->out.mode == OUT_JSON) {
		code = show_json(q, t, &m);
		message_close(&m);
		return code;
	}
	if (q->out.headed)
		fputc('\n', q->out.f);
	q->out.headed = true;
	show_head(q, t, &m);
	for (size_t i = 0; i < m.envelope->nrcpt; i++)
		show_rcpt(q, &m.envelope->rcpt[i], i);
	if (message_records(&m, show_event, q) == -1)
		code = target_trouble(t->domain, t->id);
	message_close(&m);
	return code;
}

static void
show_head(struct mxq *q, const struct target *t, const struct message *m)
{
	const struct envelope *e = m->envelope;
	struct primary primary;
	char number[24];

	primary_of(q, t->domain, &primary);
	field(q, "id", t->id);
	field(q, "domain", t->domain);
	field(q, "state", envelope_word(e));
	field_time(q, "arrived", e->arrived);
	if (e->held)
		field(q, "next", "when released");
	else
		field_time(q, "next", primary_next(&primary, m));
	snprintf(number, sizeof number, "%" PRIu64, m->length);
	field(q, "octets", number);
	snprintf(number, sizeof number, "%u", e->attempts);
	field(q, "attempts", number);
	show_from(q, e);
	field(q, "client", e->client);
	field(q, "name", e->client_name);
	field(q, "helo", e->helo);
	field(q, "proto", e->proto);
	field(q, "verified", e->verified);
	field(q, "held", e->held_why);
	show_about(q, e);
	if (e->expired_at != 0)
		field_time(q, "expired", e->expired_at);
	show_primary(q, &primary);
	show_trace(q, e->trace);
	for (unsigned i = 0; i < e->cuts.n; i++)
		show_cut(q, &e->cuts.cut[i]);
}

static void
show_from(struct mxq *q, const struct envelope *e)
{
	open_field(q, "from");
	fputc('<', q->out.f);
	text_print(q->out.f, e->sender, q->out.utf8);
	fputc('>', q->out.f);
	if (e->body != BODY_NONE)
		fprintf(q->out.f, " BODY=%s", body_name(e->body));
	if (e->smtputf8)
		fputs(" SMTPUTF8", q->out.f);
	if (e->tls == TLS_REQUIRED)
		fputs(" REQUIRETLS", q->out.f);
	if (e->ret != RET_NONE)
		fprintf(q->out.f, " RET=%s", ret_name(e->ret));
	if (*e->envid != '\0') {
		fputs(" ENVID=", q->out.f);
		text_print(q->out.f, e->envid, q->out.utf8);
	}
	fputc('\n', q->out.f);
}

static void
show_about(struct mxq *q, const struct envelope *e)
{
	if (*e->about_id == '\0')
		return;
	open_field(q, "about");
	text_print(q->out.f, e->about_domain, q->out.utf8);
	fputc('/', q->out.f);
	text_print(q->out.f, e->about_id, q->out.utf8);
	fputc('\n', q->out.f);
}

static void
show_primary(struct mxq *q, const struct primary *p)
{
	char since[OUT_TIME];

	if (p->health.state == PRIMARY_UNKNOWN)
		return;
	open_field(q, "primary");
	fprintf(q->out.f, "%s since %s ", health_name(p->health.state),
	    out_time(p->health.since, since));
	text_print(q->out.f, p->host, q->out.utf8);
	fputc(' ', q->out.f);
	text_print(q->out.f, p->reply, q->out.utf8);
	fputc('\n', q->out.f);
}

/* A line of a field each. */
static void
show_trace(struct mxq *q, const char *trace)
{
	while (*trace != '\0') {
		size_t n = strcspn(trace, "\r\n");
		char line[RECORD_LEN];

		snprintf(line, sizeof line, "%.*s", (int)n, trace);
		if (*line == '\t')
			*line = ' ';
		field(q, "trace", line);
		trace += n;
		trace += strspn(trace, "\r\n");
	}
}

static void
show_cut(struct mxq *q, const struct cut *c)
{
	open_field(q, "cut");
	fprintf(q->out.f, "%" PRIu64 " octets from %" PRIu64 "\n", c->octets,
	    c->at);
}

static void
show_rcpt(struct mxq *q, const struct rcpt *r, size_t number)
{
	char notify[32];

	open_field(q, "to");
	fprintf(q->out.f, "%zu %s <", number, show_rcpt_word(r));
	text_print(q->out.f, r->mailbox, q->out.utf8);
	fputc('>', q->out.f);
	notify_format(r->notify, notify);
	if (*notify != '\0')
		fprintf(q->out.f, " NOTIFY=%s", notify);
	if (*r->orcpt != '\0') {
		fputs(" ORCPT=", q->out.f);
		text_print(q->out.f, r->orcpt, q->out.utf8);
	}
	fputc('\n', q->out.f);
}

/* "history <time> <type> <recipient> <host> <reply>", '-' for what is not
 * there. */
static int
show_event(void *ctx, const struct record_view *r)
{
	static const char *const keys[] = {"rcpt", "host", "reply"};
	struct mxq *q = ctx;
	char value[RECORD_LEN], when[OUT_TIME] = "-";
	char gap = q->out.mode == OUT_HUMAN ? ' ' : '\t';
	uint64_t at;

	if (!show_is_event(r))
		return 0;
	open_field(q, "history");
	if (record_get_number(r, "at", &at))
		out_time((time_t)at, when);
	fprintf(q->out.f, "%s%c", when, gap);
	text_print(q->out.f, r->type, q->out.utf8);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (!record_get(r, keys[i], value, sizeof value) || !*value)
			strlcpy(value, "-", sizeof value);
		fputc(gap, q->out.f);
		text_print(q->out.f, value, q->out.utf8);
	}
	fputc('\n', q->out.f);
	return 0;
}

static void
field(struct mxq *q, const char *key, const char *value)
{
	if (*value == '\0')
		return;
	open_field(q, key);
	text_print(q->out.f, value, q->out.utf8);
	fputc('\n', q->out.f);
}

static void
field_time(struct mxq *q, const char *key, time_t when)
{
	char text[OUT_TIME], span[OUT_SPAN];

	open_field(q, key);
	fputs(out_time(when, text), q->out.f);
	if (q->out.mode == OUT_HUMAN && when <= q->out.now)
		fprintf(
		    q->out.f, " (%s ago)", out_span(q->out.now - when, span));
	else if (q->out.mode == OUT_HUMAN)
		fprintf(
		    q->out.f, " (in %s)", out_span(when - q->out.now, span));
	fputc('\n', q->out.f);
}

static void
open_field(struct mxq *q, const char *key)
{
	if (q->out.mode == OUT_HUMAN)
		fprintf(q->out.f, "%-*s", LABEL, key);
	else
		fprintf(q->out.f, "%s\t", key);
}
