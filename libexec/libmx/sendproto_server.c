/* SPDX-License-Identifier: ISC */
/*
 * mx-send's end of sendproto.h: reads requests whole, finds the message that
 * belongs to one, and writes answers.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys.h"
#include "sendproto.h"
#include "sendproto_parts.h"

enum { MESSAGE_FD = 3 };

struct send_stream {
	struct pairs_in in;
	int out;
};

static void add_replies(struct pairs *, const struct send_request *);
static int finish(struct send_stream *, struct send_request *);
static int find_message(struct send_stream *, struct send_request *);

struct send_stream *
send_stream_new(int in, int out)
{
	struct send_stream *s = malloc(sizeof *s);

	if (s == NULL)
		return NULL;
	pairs_in_init(&s->in, in);
	s->out = out;
	return s;
}

void
send_stream_free(struct send_stream *s)
{
	if (s != NULL && s->in.passed != -1)
		close(s->in.passed);
	free(s);
}

int
send_read(struct send_stream *s, struct send_request *r)
{
	struct keys k;
	int result;

	*r = (struct send_request){.fd = -1, .size = UINT64_MAX};
	r->from = strdup("");
	r->trace = strdup("");
	r->envid = strdup("");
	if (r->from == NULL || r->trace == NULL || r->envid == NULL)
		return -1;
	do { /* empty lines are no requests */
		k = (struct keys){.all = send_request_keys, .whole = r};
		result = keys_read(&k, &s->in, -1);
	} while (result == 0 && k.n == 0);
	if (result == 0)
		return finish(s, r);
	return k.ended && k.n == 0 ? 0 : -1;
}

int
send_write_open(struct send_stream *s, const struct send_answer *a)
{
	char text[SEND_REPLY_TEXT];
	struct pairs p;

	pairs_init(&p);
	pairs_add(&p, "status", send_status_name[a->status]);
	pairs_add(&p, "host", a->host);
	send_reply_format(&a->reply, text);
	pairs_add(&p, "reply", text);
	pairs_add(&p, "ext", a->ext);
	send_add_secured(&p, &a->tls);
	send_add_failed(&p, a);
	return pairs_send(&p, s->out, -1, -1);
}

int
send_write_mail(struct send_stream *s, const struct send_request *r, bool alive)
{
	struct pairs p;

	pairs_init(&p);
	pairs_add(&p, "status", alive ? "open" : "closed");
	add_replies(&p, r);
	return pairs_send(&p, s->out, -1, -1);
}

int
send_write_probe(
    struct send_stream *s, const struct send_request *r, bool alive)
{
	char text[SEND_REPLY_TEXT];
	struct pairs p;

	pairs_init(&p);
	pairs_add(&p, "status", alive ? "open" : "closed");
	send_reply_format(&r->mail, text);
	pairs_add(&p, "mail", text);
	add_replies(&p, r);
	return pairs_send(&p, s->out, -1, -1);
}

int
send_write_quit(struct send_stream *s)
{
	struct pairs p;

	pairs_init(&p);
	pairs_add(&p, "status", "closed");
	return pairs_send(&p, s->out, -1, -1);
}

void
send_request_free(struct send_request *r)
{
	for (size_t i = 0; i < r->nrcpt; i++) {
		free(r->rcpt[i].mailbox);
		free(r->rcpt[i].orcpt);
	}
	for (size_t i = 0; i < r->ntarget; i++)
		free((char *)(uintptr_t)r->target[i].tlsa);
	free(r->rcpt);
	free(r->from);
	free(r->trace);
	free(r->envid);
	if (r->fd != -1)
		close(r->fd);
	*r = (struct send_request){.fd = -1};
}

static void
add_replies(struct pairs *p, const struct send_request *r)
{
	char text[SEND_REPLY_TEXT];

	for (size_t i = 0; i < r->nrcpt; i++) {
		if (!r->rcpt[i].answered)
			continue;
		pairs_add_number(p, "rcpt", i);
		send_reply_format(&r->rcpt[i].reply, text);
		pairs_add(p, "reply", text);
	}
}

/* 1 when the request is whole. */
static int
finish(struct send_stream *s, struct send_request *r)
{
	if (r->op == SEND_BEGIN && r->size == UINT64_MAX)
		r->size = 0; /* not known */
	if (r->op != SEND_MAIL || find_message(s, r) == 0)
		return 1;
	errno = EBADMSG;
	return -1;
}

/* Takes the descriptor that was passed, or a copy of fd 3. */
static int
find_message(struct send_stream *s, struct send_request *r)
{
	struct stat st;
	uint64_t length;

	r->fd = s->in.passed;
	s->in.passed = -1;
	if (r->fd == -1 && !s->in.socket)
		r->fd = fcntl(MESSAGE_FD, F_DUPFD_CLOEXEC, MESSAGE_FD);
	if (r->fd == -1 || fstat(r->fd, &st) == -1 || !S_ISREG(st.st_mode))
		return -1;
	length = (uint64_t)st.st_size;
	if (r->offset > length)
		return -1;
	if (r->size == UINT64_MAX)
		r->size = length - r->offset;
	return r->size <= length - r->offset && cuts_end(&r->cuts) <= r->size
	    ? 0
	    : -1;
}
