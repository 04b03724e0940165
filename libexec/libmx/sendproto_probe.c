/* SPDX-License-Identifier: ISC */
/*
 * mxrun's and mxrecv's end of sendproto.h, as far as a recipient is asked for
 * and nothing is sent yet.
 */
#include <string.h>

#include "sendproto.h"
#include "sendproto_parts.h"

struct probe_answer {
	struct reply *mail, *rcpt;
};

static bool set_probe(void *, const char *, const char *);

int
sender_probe(struct sender *s, const char *from, const char *rcpt,
    int64_t deadline, struct reply *mail, struct reply *answer)
{
	struct pairs p;

	pairs_init(&p);
	pairs_add(&p, "op", "probe");
	pairs_add(&p, "from", from);
	pairs_add(&p, "rcpt", rcpt);
	return send_ask_probe(
	    s, &p, deadline, (struct reply *[]){mail, answer});
}

int
sender_rcpt(struct sender *s, const struct rcpt *r, int64_t deadline,
    struct reply *answer)
{
	struct pairs p;

	pairs_init(&p);
	pairs_add(&p, "op", "rcpt");
	send_add_rcpt(&p, r);
	return send_ask_probe(
	    s, &p, deadline, (struct reply *[]){NULL, answer});
}

int
send_ask_probe(struct sender *s, struct pairs *p, int64_t deadline,
    struct reply *const out[2])
{
	struct reply ignored;
	struct probe_answer a = {out[0] != NULL ? out[0] : &ignored,
	    out[1] != NULL ? out[1] : &ignored};

	a.mail->code = a.rcpt->code = 0;
	if (send_ask(s, p, -1, deadline) == -1)
		return -1;
	return send_hear(s, deadline, set_probe, &a);
}

void
send_add_rcpt(struct pairs *p, const struct rcpt *r)
{
	char notify[32];

	pairs_add(p, "rcpt", r->mailbox);
	notify_format(r->notify, notify);
	if (*notify != '\0')
		pairs_add(p, "notify", notify);
	if (*r->orcpt != '\0')
		pairs_add(p, "orcpt", r->orcpt);
}

static bool
set_probe(void *ctx, const char *key, const char *value)
{
	struct probe_answer *out = ctx;

	if (strcmp(key, "mail") == 0)
		return send_reply_parse(value, out->mail);
	return strcmp(key, "reply") != 0 || send_reply_parse(value, out->rcpt);
}
