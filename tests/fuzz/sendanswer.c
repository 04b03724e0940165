/* SPDX-License-Identifier: ISC */
/*
 * Answers of mx-send, to an opening and then to a message with two recipients:
 * what is taken is a session and replies that can be written down.
 */
#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "nohelper.h"
#include "sendproto.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_reply(const struct reply *r)
{
	char out[4096];
	size_t n;

	if (r->code == 0)
		return;
	assert(r->code >= 200 && r->code <= 599);
	n = reply_format(r, out, sizeof out);
	for (size_t i = 0; i < n; i++)
		assert(isprint((unsigned char)out[i]) || out[i] == '\r' ||
		    out[i] == '\n');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct send_answer a;
	static struct envelope *e;
	struct reply replies[2];
	struct sender *s;
	bool alive;

	if (e == NULL) {
		e = envelope_new();
		assert(envelope_add_rcpt(e, "a@a.test", 0, "") == 0);
		assert(envelope_add_rcpt(e, "b@a.test", 0, "") == 0);
	}
	stream_set(data, size);
	assert((s = sender_start("")) != NULL);
	if (sender_hear_open(s, -1, &a) == 0) {
		assert(a.nfailed <= SEND_FAILED && a.status <= SEND_CLOSED);
		check_reply(&a.reply);
	}
	if (sender_hear_mail(s, e, -1, replies, &alive) == -1)
		assert(!alive);
	check_reply(&replies[0]);
	check_reply(&replies[1]);
	sender_kill(s);
	return 0;
}
