/* SPDX-License-Identifier: ISC */
/*
 * mxrun's and mxrecv's end of sendproto.h, as far as a recipient is asked for
 * and nothing is sent yet.
 */
#include "sendproto.h"
#include "sendproto_parts.h"

struct probe_answer {
	struct reply mail, rcpt;
};

static const struct key probe_keys[] = {
    KEY("mail", KEY_SET, struct probe_answer, mail, .set = send_set_reply),
    KEY("reply", KEY_SET, struct probe_answer, rcpt, .set = send_set_reply),
    KEYS_END,
};

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
	struct probe_answer a = {.mail.code = 0};
	int result = send_ask(s, p, -1, deadline);

	if (result == 0)
		result = send_hear(s, deadline, probe_keys, &a);
	if (out[0] != NULL)
		*out[0] = a.mail;
	if (out[1] != NULL)
		*out[1] = a.rcpt;
	return result;
}

void
send_add_rcpt(struct pairs *p, const struct rcpt *r)
{
	char notify[32];

	pairs_add(p, "rcpt", r->mailbox);
	notify_format(r->notify, notify);
	pairs_add_text(p, "notify", notify);
	pairs_add_text(p, "orcpt", r->orcpt);
}
