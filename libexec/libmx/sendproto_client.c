/* SPDX-License-Identifier: ISC */
/*
 * mxrun's end of sendproto.h: starts mx-send, asks, and believes no more of an
 * answer than it must.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper.h"
#include "pairs.h"
#include "sendproto.h"
#include "sendproto_parts.h"
#include "wire.h"

enum { QUIT_MS = 3000 };

struct sender {
	struct helper helper;
	bool broken; /* it owes us an answer, or gave nonsense */
	int error;   /* what broke it */
	bool left;   /* it was told to quit */
	bool begun;  /* a transaction is open, said step by step */
	bool owes;   /* the answer to close */
	unsigned rests;
	unsigned limit;
	bool requiretls;
	enum send_identity identity;
	char id[ID_NAME + 1];
	char libexec[PATH_MAX], authorities[PATH_MAX];
};

struct mail_answer { /* as it is read */
	const struct envelope *envelope;
	enum send_status status;
	struct reply *replies;
	size_t at;	    /* whose reply comes next */
	size_t next, asked; /* of the recipients already counted */
};

static void add_message(
    const struct sender *, struct pairs *, const struct envelope *);
static void add_trace(struct pairs *, const struct envelope *);
static void add_recipients(struct pairs *, const struct envelope *);
static bool set_open(void *, const char *, const char *);
static bool set_outcome(void *, const char *, const char *);
static bool set_status(enum send_status *, const char *);
static void set_unknown(const struct envelope *, struct reply *, int);
static int broken(struct sender *, int);

struct sender *
sender_start(const char *libexec)
{
	struct sender *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	strlcpy(s->libexec, libexec, sizeof s->libexec);
	if (helper_start(&s->helper, libexec, "mx-send", -1) == 0)
		return s;
	free(s);
	return NULL;
}

void
sender_limit(struct sender *s, unsigned seconds)
{
	s->limit = seconds;
}

void
sender_identity(struct sender *s, enum send_identity identity)
{
	s->identity = identity;
}

void
sender_authorities(struct sender *s, const char *file)
{
	strlcpy(s->authorities, file, sizeof s->authorities);
}

void
sender_requiretls(struct sender *s, bool requiretls)
{
	s->requiretls = requiretls;
}

void
sender_id(struct sender *s, const char *id)
{
	strlcpy(s->id, id, sizeof s->id);
}

int
sender_open(struct sender *s, const char *helo, const struct send_target *t,
    size_t n, int64_t deadline, struct send_answer *out)
{
	if (sender_ask_open(s, helo, t, n, deadline) == -1)
		deadline = wire_now(); /* who was not asked does not answer */
	return sender_hear_open(s, deadline, out);
}

int
sender_ask_open(struct sender *s, const char *helo, const struct send_target *t,
    size_t n, int64_t deadline)
{
	struct pairs p;

	pairs_init(&p);
	pairs_add(&p, "op", "open");
	pairs_add(&p, "helo", helo);
	pairs_add_number(&p, "limit", s->limit);
	pairs_add(&p, "identity", send_identity_name[s->identity]);
	pairs_add(&p, "libexec", s->libexec);
	pairs_add(&p, "authorities", s->authorities);
	if (s->requiretls)
		pairs_add_number(&p, "requiretls", 1);
	for (size_t i = 0; i < n && i < SEND_TARGETS; i++) {
		char ip[IP_TEXT], text[IP_TEXT + 8];

		ip_format(&t[i].ip, ip);
		snprintf(text, sizeof text,
		    t[i].ip.family == AF_INET6 ? "[%s]:%u" : "%s:%u", ip,
		    t[i].port);
		pairs_add(&p, "target", text);
		pairs_add(&p, "host", t[i].host);
		send_add_tls(&p, &t[i]);
	}
	return send_ask(s, &p, -1, deadline);
}

int
sender_hear_open(struct sender *s, int64_t deadline, struct send_answer *out)
{
	*out = (struct send_answer){.status = SEND_TEMPORARY};
	return send_hear(s, deadline, set_open, out);
}

int
sender_ask_mail(struct sender *s, const struct envelope *e,
    const struct send_piece *piece, int64_t deadline)
{
	struct pairs p;

	pairs_init(&p);
	pairs_add(&p, "op", "mail");
	pairs_add_number(&p, "size", piece->size);
	pairs_add_number(&p, "offset", piece->offset);
	if (s->begun)
		pairs_add_number(&p, "begun", 1);
	s->begun = false;
	add_message(s, &p, e);
	add_trace(&p, e);
	add_recipients(&p, e);
	return send_ask(s, &p, piece->fd, deadline);
}

int
sender_hear_mail(struct sender *s, const struct envelope *e, int64_t deadline,
    struct reply *replies, bool *alive)
{
	struct mail_answer a = {.envelope = e,
	    .status = SEND_CLOSED,
	    .replies = replies,
	    .at = SIZE_MAX};

	*alive = false;
	for (size_t i = 0; i < e->nrcpt; i++)
		replies[i] = (struct reply){.code = 0};
	if (send_hear(s, deadline, set_outcome, &a) == -1) {
		set_unknown(e, replies, errno);
		return -1;
	}
	*alive = a.status == SEND_IS_OPEN;
	return 0;
}

int
sender_fd(const struct sender *s)
{
	return s->helper.fd;
}

int
sender_begin(struct sender *s, const struct envelope *e, uint64_t size,
    int64_t deadline, struct reply *mail)
{
	struct pairs p;

	pairs_init(&p);
	pairs_add(&p, "op", "begin");
	pairs_add_number(&p, "size", size);
	add_message(s, &p, e);
	s->begun = true;
	return send_ask_probe(s, &p, deadline, (struct reply *[]){mail, NULL});
}

int
sender_rest(struct sender *s)
{
	struct pairs p;

	if (s->broken || s->left || s->owes || s->rests == SEND_RESTS)
		return -1;
	pairs_init(&p);
	pairs_add(&p, "op", "close");
	if (send_ask(s, &p, -1, wire_now() + QUIT_MS) == -1)
		return -1;
	s->rests++;
	s->owes = true;
	s->begun = false;
	return 0;
}

bool
sender_is_rested(struct sender *s, int64_t deadline)
{
	struct send_answer ignored;

	if (s->owes && send_hear(s, deadline, set_open, &ignored) == -1)
		return false;
	s->owes = false;
	return !s->broken;
}

void
sender_leave(struct sender *s)
{
	struct pairs p;

	pairs_init(&p);
	pairs_add(&p, "op", "quit");
	send_ask(s, &p, -1, wire_now() + QUIT_MS);
	s->left = true;
}

void
sender_stop(struct sender *s)
{
	int64_t deadline = wire_now() + QUIT_MS;
	struct send_answer ignored = {.nfailed = 0};

	if (s == NULL)
		return;
	if (!s->left)
		sender_leave(s);
	if (sender_is_rested(s, deadline))
		send_hear(s, deadline, set_open, &ignored);
	helper_end(&s->helper, !s->broken);
	free(s);
}

void
sender_kill(struct sender *s)
{
	if (s != NULL)
		helper_end(&s->helper, false);
	free(s);
}

static void
add_message(const struct sender *s, struct pairs *p, const struct envelope *e)
{
	const char *body = body_name(e->body), *ret = ret_name(e->ret);

	if (s->limit > 0)
		pairs_add_number(p, "limit", s->limit);
	pairs_add(p, "from", e->sender);
	if (body != NULL)
		pairs_add(p, "body", body);
	if (e->smtputf8)
		pairs_add_number(p, "smtputf8", 1);
	if (e->tls == TLS_REQUIRED)
		pairs_add_number(p, "requiretls", 1);
	if (ret != NULL)
		pairs_add(p, "ret", ret);
	if (*e->envid != '\0')
		pairs_add(p, "envid", e->envid);
	if (s->identity != IDENTITY_HEADERS)
		send_add_client(p, e, s->id);
}

static void
add_trace(struct pairs *p, const struct envelope *e)
{
	const char *trace = e->trace;
	char cut[48];

	for (unsigned i = 0; i < e->cuts.n; i++) {
		snprintf(cut, sizeof cut, "%" PRIu64 "+%" PRIu64,
		    e->cuts.cut[i].at, e->cuts.cut[i].octets);
		pairs_add(p, "cut", cut);
	}
	for (size_t n; *trace != '\0'; trace += n) {
		n = strcspn(trace, "\n");
		n += trace[n] == '\n';
		pairs_add_octets(p, "trace", trace, n);
	}
}

static void
add_recipients(struct pairs *p, const struct envelope *e)
{
	for (size_t i = 0; i < e->nrcpt; i++) {
		if (e->rcpt[i].state == RCPT_WAITING)
			send_add_rcpt(p, &e->rcpt[i]);
	}
}

int
send_ask(struct sender *s, struct pairs *p, int fd, int64_t deadline)
{
	if (s->broken) {
		pairs_free(p);
		return broken(s, EPROTO);
	}
	if (pairs_send(p, s->helper.fd, fd, deadline) == -1)
		return broken(s, errno);
	return 0;
}

/* A whole block, pair by pair. */
int
send_hear(struct sender *s, int64_t deadline,
    bool (*set)(void *, const char *, const char *), void *ctx)
{
	const char *key;
	char *value;

	if (s->broken)
		return broken(s, s->error);
	for (;;) {
		switch (pairs_next(&s->helper.in, deadline, &key, &value)) {
		case PAIRS_PAIR:
			if (!set(ctx, key, value))
				return broken(s, EPROTO);
			break;
		case PAIRS_END:
			return 0;
		case PAIRS_EOF:
			return broken(s, EPROTO);
		case PAIRS_ERROR:
			return broken(s, errno);
		}
	}
}

static bool
set_open(void *ctx, const char *key, const char *value)
{
	struct send_answer *out = ctx;

	if (send_set_failed(out, key, value))
		return true;
	if (strcmp(key, "host") == 0)
		strlcpy(out->host, value, sizeof out->host);
	if (strcmp(key, "ext") == 0)
		strlcpy(out->ext, value, sizeof out->ext);
	send_set_secured(&out->tls, key, value);
	if (strcmp(key, "status") == 0)
		return set_status(&out->status, value);
	return strcmp(key, "reply") != 0 ||
	    send_reply_parse(value, &out->reply);
}

/* Recipients are counted as they were asked: those that wait, in order. */
static bool
set_outcome(void *ctx, const char *key, const char *value)
{
	struct mail_answer *a = ctx;
	const struct envelope *e = a->envelope;
	const char *wrong;
	size_t want;

	if (strcmp(key, "status") == 0)
		return set_status(&a->status, value);
	if (strcmp(key, "reply") == 0)
		return a->at < e->nrcpt &&
		    send_reply_parse(value, &a->replies[a->at]);
	if (strcmp(key, "rcpt") != 0)
		return true;
	want = (size_t)strtonum(value, (long long)a->asked, RECIPIENTS, &wrong);
	if (wrong != NULL)
		return false;
	for (a->at = a->next; a->at < e->nrcpt; a->at++) {
		if (e->rcpt[a->at].state == RCPT_WAITING && a->asked++ == want)
			break;
	}
	a->next = a->at + 1;
	return a->at < e->nrcpt;
}

static bool
set_status(enum send_status *out, const char *value)
{
	for (unsigned i = 0; i < SEND_STATUSES; i++) {
		if (strcmp(value, send_status_name[i]) == 0) {
			*out = (enum send_status)i;
			return true;
		}
	}
	return false;
}

/* The helper is gone: what it did not tell is not known. */
static void
set_unknown(const struct envelope *e, struct reply *replies, int error)
{
	for (size_t i = 0; i < e->nrcpt; i++) {
		if (e->rcpt[i].state != RCPT_WAITING || replies[i].code != 0)
			continue;
		reply_set(&replies[i], 0, NULL, "mx-send: %s",
		    error == ETIMEDOUT ? "no answer in time"
				       : "ended without an answer");
	}
}

static int
broken(struct sender *s, int error)
{
	s->broken = true;
	s->error = error;
	errno = error;
	return -1;
}
