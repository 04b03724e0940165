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

#include "endpoint.h"
#include "helper.h"
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

static void add_message(
    const struct sender *, struct pairs *, const struct envelope *);
static void add_trace(struct pairs *, const struct envelope *);
static void add_recipients(struct pairs *, const struct envelope *);
static bool begin_failed(struct keys *, const char *);
static int broken(struct sender *, int);

static const struct key open_keys[] = {
    KEY("status", KEY_ONE_OF, struct send_answer, status,
	.names = send_status_name, .most = SEND_CLOSED),
    KEY("host", KEY_CUT, struct send_answer, host),
    KEY("reply", KEY_SET, struct send_answer, reply, .set = send_set_reply),
    KEY("ext", KEY_CUT, struct send_answer, ext),
    KEY("tls", KEY_CUT, struct send_answer, tls.protocol),
    KEY("cipher", KEY_CUT, struct send_answer, tls.cipher),
    KEY("verified", KEY_CUT, struct send_answer, tls.verified),
    KEY("failure", KEY_CUT, struct send_answer, tls.failure),
    KEY("why", KEY_CUT, struct send_answer, tls.why),
    KEY_TO("failed", begin_failed),
    KEYS_END,
};

static const struct key failed_keys[] = {
    KEY("failure", KEY_CUT, struct send_failed, failure),
    KEY("why", KEY_CUT, struct send_failed, why),
    KEYS_END,
};

static const struct key no_keys[] = {KEYS_END};

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
	char text[ENDPOINT_TEXT];
	struct pairs p;

	pairs_init(&p);
	pairs_add(&p, "op", "open");
	pairs_add(&p, "helo", helo);
	pairs_add_number(&p, "limit", s->limit);
	pairs_add(&p, "identity", send_identity_name[s->identity]);
	pairs_add(&p, "libexec", s->libexec);
	pairs_add(&p, "authorities", s->authorities);
	pairs_add_true(&p, "requiretls", s->requiretls);
	for (size_t i = 0; i < n && i < SEND_TARGETS; i++) {
		const struct endpoint at = {t[i].ip, t[i].port};

		endpoint_format(&at, text);
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
	return send_hear(s, deadline, open_keys, out);
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
	pairs_add_true(&p, "begun", s->begun);
	s->begun = false;
	add_message(s, &p, e);
	add_trace(&p, e);
	add_recipients(&p, e);
	return send_ask(s, &p, piece->fd, deadline);
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
	if (s->owes && send_hear(s, deadline, no_keys, NULL) == -1)
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

	if (s == NULL)
		return;
	if (!s->left)
		sender_leave(s);
	if (sender_is_rested(s, deadline))
		send_hear(s, deadline, no_keys, NULL);
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
	pairs_add_true(p, "smtputf8", e->smtputf8);
	pairs_add_true(p, "requiretls", e->tls == TLS_REQUIRED);
	if (ret != NULL)
		pairs_add(p, "ret", ret);
	pairs_add_text(p, "envid", e->envid);
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

int
send_hear(
    struct sender *s, int64_t deadline, const struct key *all, void *answer)
{
	struct keys k = {.all = all, .whole = answer, .lenient = true};

	if (s->broken)
		return broken(s, s->error);
	if (keys_read_answer(&k, &s->helper.in, deadline) == -1)
		return broken(s, errno);
	return 0;
}

static bool
begin_failed(struct keys *k, const char *value)
{
	struct send_answer *a = k->whole;
	struct send_failed *f;

	if (a->nfailed == SEND_FAILED)
		return true;
	f = &a->failed[a->nfailed++];
	strlcpy(f->host, value, sizeof f->host);
	k->part = failed_keys;
	k->at = f;
	return true;
}

static int
broken(struct sender *s, int error)
{
	s->broken = true;
	s->error = error;
	errno = error;
	return -1;
}
