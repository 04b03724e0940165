/* SPDX-License-Identifier: ISC */
/* Records that are sound and mean nothing change nothing, and are damage. */
#include <errno.h>
#include <stdlib.h>

#include "envelope.h"
#include "tap.h"

static const struct {
	const char *type, *fields;
} before[] =
    {
	{"from", ""},
	{"from", "arrived=x"},
	{"from", "arrived=9999999999999999999"},
	{"from", "path=%0 arrived=1"},
	{"from", "envid=%zz arrived=1"},
	{"from", "verified=%00 arrived=1"},
	{"client", "ip=%zz"},
	{"client", "name=%zz"},
	{"client", "helo=%zz"},
	{"client", "proto=%zz"},
	{"trace", ""},
	{"trace", "text=%zz"},
	{"cut", ""},
	{"cut", "at=1"},
	{"cut", "octets=1"},
	{"cut", "at=1 octets=0"},
	{"about", ""},
	{"about", "n=0"},
	{"about", "n=10000"},
	{"about", "n=1 domain=%zz"},
	{"about", "n=1 id=%zz"},
	{"rcpt", ""},
	{"rcpt", "path=%zz"},
	{"end", ""},
	{"end", "rcpts=1"},
	{"end", "rcpts=2"}, /* who sent it? */
	{"end", "rcpts=3"},
	{"try", "at=1 host=h reply=r"}, /* before its time */
	{"done", "rcpt=0 at=1"},
	{"unknown", ""},
},
  after[] = {
      {"from", "path=a arrived=1"}, /* after its time */
      {"rcpt", "path=c@example.com"},
      {"end", "rcpts=2"},
      {"try", ""},
      {"try", "at=1 host=%zz"},
      {"try", "at=1 reply=%zz"},
      {"done", ""},
      {"done", "rcpt=2 at=1"},
      {"done", "rcpt=0"},
      {"done", "rcpt=0 at=1 host=%zz"},
      {"fail", "rcpt=0 at=1 reply=%zz"},
      {"fail", "rcpt=2 at=1"},
      {"dsn", ""},
      {"dsn", "n=2"},
      {"delayed", ""},
      {"delayed", "n=2 level=1"},
      {"delayed", "n=4"},
      {"delayed", "n=4 level=10"},
      {"expired", ""},
      {"hold", "why=%zz"},
      {"unknown", ""},
};

static int
apply(struct envelope *e, const char *type, const char *fields)
{
	const struct record_view view = {type, fields};

	errno = 0;
	return envelope_apply(e, &view);
}

static void
is_damage(struct envelope *e, const char *type, const char *fields)
{
	ok(apply(e, type, fields) == -1 && errno == EBADMSG, "%s %s", type,
	    fields);
}

static void
test_nobody(void)
{
	struct envelope *e = envelope_new();

	is_int(apply(e, "from", "path= arrived=1"), 0, "a sender");
	is_damage(e, "end", "rcpts=0");
	ok(!envelope_is_whole(e), "and no recipient are no message");
	envelope_free(e);
}

static void
test_trace(void)
{
	struct envelope *e = envelope_new();
	char text[JOURNAL_PIECE + 8];
	size_t n = 0;

	memset(text, 'x', sizeof text);
	memcpy(text, "text=", 5);
	text[5 + JOURNAL_PIECE] = '\0';
	while (apply(e, "trace", text) == 0)
		n += JOURNAL_PIECE;
	ok(n <= HEADER_LEN && n + JOURNAL_PIECE > HEADER_LEN &&
		strlen(e->trace) == n && errno == EBADMSG,
	    "trace fields are no longer than a header section");
	envelope_free(e);
}

static void
test_events(struct envelope *e)
{
	apply(
	    e, "from", "arrived=5 body=7BIT ret=FULL smtputf8=1 tls=optional");
	is_int(e->tls, TLS_OPTIONAL, "TLS is not needed");
	ok(e->body == BODY_7BIT && e->ret == RET_FULL && e->smtputf8,
	    "parameters");
	apply(e, "from", "arrived=5 body=8BITMIME ret=HDRS smtputf8=2 tls=x");
	is_int(e->tls, TLS_REQUIRED, "what is not known is demanded");
	ok(e->body == BODY_8BITMIME && e->ret == RET_HDRS && !e->smtputf8,
	    "and others");
	is_damage(e, "end", "rcpts=1");
	is_damage(e, "end", "rcpts=3");
	is_int(apply(e, "end", "rcpts=2"), 0, "the envelope ends");
	is_int(apply(e, "done", "rcpt=0 at=7 relayed=2"), 0, "one is done");
	ok(!e->rcpt[0].relayed, "and no more than that");
	is_int(apply(e, "done", "rcpt=0 at=7 relayed=1"), 0, "one is relayed");
	ok(e->rcpt[0].relayed && e->rcpt[1].state == RCPT_WAITING, "he alone");
	is_int(apply(e, "fail", "rcpt=1 at=8 reply=550"), 0, "one failed");
	is_int(apply(e, "dsn", "n=1 id="), 0, "nobody wanted to be told");
	ok(e->rcpt[0].relayed && e->rcpt[1].state == RCPT_CLOSED,
	    "who is relayed has still to be told");
	is_int(apply(e, "dsn", "n=2 id=x"), 0, "a DSN");
	ok(!e->rcpt[0].relayed, "now he has been");
	is_int(apply(e, "delayed", "n=3 level=2"), 0, "one for a delay");
	ok(e->dsns == 3 && e->delays == 2, "counted");
	is_int(apply(e, "hold", "at=1"), 0, "held without a reason");
	is_int(apply(e, "hold", "at=1 why=x"), 0, "held");
	ok(e->held && strcmp(e->held_why, "x") == 0, "with a reason");
	is_int(apply(e, "release", "at=1"), 0, "released");
	ok(!e->held && *e->held_why == '\0', "for none");
	apply(e, "bounce", "at=1");
	ok(e->bounce_asked, "a bounce is asked for");
}

static int
stop_at(void *left, const char *line, size_t n)
{
	ok(n > 0 && line[n - 1] == '\n', "a whole line");
	return --*(int *)left == 0 ? 7 : 0;
}

static int
keep(void *ctx, const char *line, size_t n)
{
	(void)ctx;
	(void)line;
	(void)n;
	return 0;
}

static struct envelope *
full(void)
{
	struct envelope *e = envelope_new();

	e->smtputf8 = true;
	e->tls = TLS_OPTIONAL;
	envelope_set(&e->verified, "spf=pass");
	envelope_set(&e->trace, "Received: x\r\n");
	envelope_set(&e->about_id, "x");
	e->about_n = 1;
	cuts_add(&e->cuts, 0, 1);
	envelope_add_rcpt(e, "a@example.com", NOTIFY_FAILURE, "rfc822;a");
	return e;
}

/* from, client, trace, cut, about, rcpt, end: who writes them may fail. */
static void
test_emit(void)
{
	enum { LINES = 7 };
	struct envelope *e = full();
	int left;

	for (int n = 1; n <= LINES; n++) {
		left = n;
		is_int(envelope_emit(e, stop_at, &left), 7,
		    "what the writer says is said");
	}
	left = LINES + 1;
	is_int(envelope_emit(e, stop_at, &left), 0, "all lines are written");
	is_int(left, 1, "and no other");
	envelope_free(e);
}

static int
take(void *e, const char *line, size_t n)
{
	struct record_view view;
	char text[RECORD_LEN];

	memcpy(text, line, n);
	return !record_parse(text, n - 1, &view) || envelope_apply(e, &view);
}

static void
test_round_trip(void)
{
	struct envelope *e = full(), *back = envelope_new();

	is_int(envelope_emit(e, take, back), 0, "what is written is read");
	ok(envelope_is_whole(back) && back->smtputf8 &&
		back->tls == TLS_OPTIONAL &&
		back->rcpt[0].notify == NOTIFY_FAILURE,
	    "with what the sender wants");
	is_str(back->verified, "spf=pass", "what is known of it");
	is_str(back->trace, e->trace, "the trace");
	is_str(back->rcpt[0].orcpt, "rfc822;a", "the recipient");
	envelope_free(e);
	envelope_free(back);
}

/* What no record can hold is not cut. */
static void
test_too_long(void)
{
	static char text[RECORD_LEN + 1];
	struct envelope *e;

	memset(text, 'x', RECORD_LEN);
	for (int i = 0; i < 4; i++) {
		e = full();
		if (i == 3)
			envelope_add_rcpt(e, text, 0, "");
		else
			envelope_set(i == 0 ? &e->sender
				: i == 1    ? &e->helo
					    : &e->about_domain,
			    text);
		ok(envelope_emit(e, keep, NULL) == -1 && errno == EMSGSIZE,
		    "too long, number %d", i);
		envelope_free(e);
	}
}

int
main(void)
{
	struct envelope *e = envelope_new();

	apply(e, "rcpt", "path=a@example.com");
	apply(e, "rcpt", "path=b@example.com notify=16 orcpt=rfc822;b");
	is_int(e->rcpt[1].notify, 0, "of NOTIFY, what is known");
	for (size_t i = 0; i < sizeof before / sizeof *before; i++)
		is_damage(e, before[i].type, before[i].fields);
	ok(!envelope_is_whole(e), "it is not whole yet");
	test_events(e);
	for (size_t i = 0; i < sizeof after / sizeof *after; i++)
		is_damage(e, after[i].type, after[i].fields);
	is_int((long long)e->nrcpt, 2, "its recipients are what they were");
	envelope_free(e);
	envelope_free(NULL);
	test_nobody();
	test_trace();
	test_emit();
	test_round_trip();
	test_too_long();
	return done();
}
