/* SPDX-License-Identifier: ISC */
/* mxrun's end of sendproto.h: which reply is which recipient's. */
#include <errno.h>

#include "sendproto.h"
#include "sendproto_parts.h"

struct mail_answer { /* as it is read */
	const struct envelope *envelope;
	enum send_status status;
	struct reply *replies;
	size_t at;	    /* whose reply comes next */
	size_t next, asked; /* of the recipients already counted */
};

static bool begin_rcpt(struct keys *, const char *);
static bool begin_reply(struct keys *, const char *);
static void set_unknown(const struct envelope *, struct reply *, int);

static const struct key mail_keys[] = {
    KEY("status", KEY_ONE_OF, struct mail_answer, status,
	.names = send_status_name, .most = SEND_CLOSED),
    KEY_TO("rcpt", begin_rcpt),
    KEY_TO("reply", begin_reply),
    KEYS_END,
};

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
	if (send_hear(s, deadline, mail_keys, &a) == -1) {
		set_unknown(e, replies, errno);
		return -1;
	}
	*alive = a.status == SEND_IS_OPEN;
	return 0;
}

/* Recipients are counted as they were asked: those that wait, in order. */
static bool
begin_rcpt(struct keys *k, const char *value)
{
	struct mail_answer *a = k->whole;
	const struct envelope *e = a->envelope;
	uint64_t want;

	if (!keys_number(value, RECIPIENTS, &want) || want < a->asked)
		return false;
	for (a->at = a->next; a->at < e->nrcpt; a->at++) {
		if (e->rcpt[a->at].state == RCPT_WAITING && a->asked++ == want)
			break;
	}
	a->next = a->at + 1;
	return a->at < e->nrcpt;
}

static bool
begin_reply(struct keys *k, const char *value)
{
	struct mail_answer *a = k->whole;

	return a->at < a->envelope->nrcpt &&
	    send_reply_parse(value, &a->replies[a->at]);
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
