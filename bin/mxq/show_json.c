/* SPDX-License-Identifier: ISC */
/* mxq --json show: the whole of a message's envelope and history. */
#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

#include "primary.h"
#include "show.h"
#include "text.h"

struct history {
	FILE *f;
	bool more; /* one is out already */
};

static void envelope_json(FILE *, const struct envelope *);
static void rcpt_json(FILE *, const struct rcpt *);
static int event_json(void *, const struct record_view *);
static void string(FILE *, const char *key, const char *value);
static void when(FILE *, const char *key, time_t);

int
show_json(struct mxq *q, const struct target *t, struct message *m)
{
	const struct envelope *e = m->envelope;
	FILE *f = q->out.f;
	struct history h = {f, false};
	struct primary primary;
	int code = EX_OK;

	primary_of(q, t->domain, &primary);
	fputs("{\"id\":", f);
	text_print_json(f, t->id);
	string(f, "domain", t->domain);
	string(f, "state", envelope_word(e));
	when(f, "arrived", e->arrived);
	if (*e->held_why != '\0')
		string(f, "held", e->held_why);
	when(f, "next", primary_next(&primary, m));
	fprintf(f, ",\"octets\":%" PRIu64 ",\"attempts\":%u", m->length,
	    e->attempts);
	envelope_json(f, e);
	string(f, "primary", health_name(primary.health.state));
	when(f, "primary_since", primary.health.since);
	string(f, "primary_host", primary.host);
	string(f, "primary_reply", primary.reply);
	fputs(",\"recipients\":[", f);
	for (size_t i = 0; i < e->nrcpt; i++) {
		if (i > 0)
			fputc(',', f);
		rcpt_json(f, &e->rcpt[i]);
	}
	fputs("],\"history\":[", f);
	if (message_records(m, event_json, &h) == -1)
		code = target_trouble(t->domain, t->id);
	fputs("]}\n", f);
	return code;
}

static void
envelope_json(FILE *f, const struct envelope *e)
{
	string(f, "sender", e->sender);
	string(f, "body", e->body == BODY_NONE ? "" : body_name(e->body));
	fprintf(f, ",\"smtputf8\":%s", e->smtputf8 ? "true" : "false");
	string(f, "tls", e->tls == TLS_AS_SET ? "" : envelope_tls_name(e->tls));
	string(f, "ret", e->ret == RET_NONE ? "" : ret_name(e->ret));
	string(f, "envid", e->envid);
	string(f, "client", e->client);
	string(f, "client_name", e->client_name);
	string(f, "helo", e->helo);
	string(f, "proto", e->proto);
	string(f, "verified", e->verified);
	string(f, "trace", e->trace);
	fputs(",\"cuts\":[", f);
	for (unsigned i = 0; i < e->cuts.n; i++)
		fprintf(f, "%s[%" PRIu64 ",%" PRIu64 "]", i > 0 ? "," : "",
		    e->cuts.cut[i].at, e->cuts.cut[i].octets);
	fputc(']', f);
	when(f, "expired", e->expired_at);
	if (*e->about_id == '\0')
		return;
	string(f, "about_domain", e->about_domain);
	string(f, "about_id", e->about_id);
	fprintf(f, ",\"about_n\":%u", e->about_n);
}

static void
rcpt_json(FILE *f, const struct rcpt *r)
{
	char notify[32];

	fputs("{\"recipient\":", f);
	text_print_json(f, r->mailbox);
	string(f, "state", show_rcpt_word(r));
	notify_format(r->notify, notify);
	string(f, "notify", notify);
	string(f, "orcpt", r->orcpt);
	when(f, "when", r->when);
	string(f, "host", r->host);
	string(f, "reply", r->reply);
	fputc('}', f);
}

static int
event_json(void *ctx, const struct record_view *r)
{
	static const char *const keys[] = {"host", "reply", "id"};
	struct history *h = ctx;
	char value[RECORD_LEN];
	uint64_t n;

	if (!show_is_event(r))
		return 0;
	fputs(h->more ? ",{\"event\":" : "{\"event\":", h->f);
	h->more = true;
	text_print_json(h->f, r->type);
	when(h->f, "at", record_get_number(r, "at", &n) ? (time_t)n : 0);
	if (record_get_number(r, "rcpt", &n))
		fprintf(h->f, ",\"rcpt\":%" PRIu64, n);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (record_get(r, keys[i], value, sizeof value))
			string(h->f, keys[i], value);
	}
	fputc('}', h->f);
	return 0;
}

static void
string(FILE *f, const char *key, const char *value)
{
	fprintf(f, ",\"%s\":", key);
	text_print_json(f, value);
}

static void
when(FILE *f, const char *key, time_t at)
{
	char text[OUT_TIME];

	fprintf(f, ",\"%s\":", key);
	if (at == 0)
		fputs("null", f);
	else
		fprintf(f, "\"%s\"", out_time(at, text));
}
