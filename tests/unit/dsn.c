/* SPDX-License-Identifier: ISC */
/* Who is told of what became of a message: RFC 3461 4.1, 5.2; RFC 5321 4.5.5.
 */
#include "../../bin/mxrun/dsn.h"

#include "tap.h"

static const struct {
	const char *sender;
	unsigned notify;
	enum rcpt_state state;
	bool relayed;
	bool failed, delayed, relays; /* what is wanted */
	const char *what;
} cases[] = {
    {"a@a.test", 0, RCPT_FAILED, false, true, false, false,
	"a failure, where nothing was asked"},
    {"a@a.test", NOTIFY_FAILURE, RCPT_FAILED, false, true, false, false,
	"a failure, as asked"},
    {"a@a.test", NOTIFY_SUCCESS, RCPT_FAILED, false, false, false, false,
	"a failure, where only success is of interest"},
    {"a@a.test", NOTIFY_NEVER, RCPT_FAILED, false, false, false, false,
	"a failure, where nothing is"},
    {"", 0, RCPT_FAILED, false, false, false, false,
	"a failure of what has no sender"},
    {"", NOTIFY_FAILURE, RCPT_FAILED, false, false, false, false,
	"whatever was asked"},
    {"a@a.test", 0, RCPT_WAITING, false, false, true, false,
	"a delay, where nothing was asked"},
    {"a@a.test", NOTIFY_DELAY | NOTIFY_FAILURE, RCPT_WAITING, false, false,
	true, false, "a delay, as asked"},
    {"a@a.test", NOTIFY_FAILURE, RCPT_WAITING, false, false, false, false,
	"a delay, where only failure is of interest"},
    {"", 0, RCPT_WAITING, false, false, false, false,
	"a delay of what has no sender"},
    {"a@a.test", NOTIFY_SUCCESS, RCPT_DELIVERED, true, false, false, true,
	"handed to one who knows no DSN"},
    {"a@a.test", NOTIFY_SUCCESS, RCPT_DELIVERED, false, false, false, false,
	"handed to one who does"},
    {"", NOTIFY_SUCCESS, RCPT_DELIVERED, true, false, false, false,
	"handed on, and no sender"},
    {"a@a.test", 0, RCPT_CLOSED, false, false, false, false,
	"a failure that was told"},
};

/* What the journal says of a recipient ends no line of a DSN, and stays in
 * ASCII, even if it could not have come in by SMTP. */
static void
test_spool(void)
{
	static const struct conf conf = {.hostname = "backup.test"};
	static struct draft d = {.fd = -1};
	struct envelope *e = envelope_new();
	struct message m = {.fd = -1, .envelope = e};

	envelope_set(&e->sender, "a@a.test");
	envelope_add_rcpt(e, "b\n\xc0\x8a\x7f@b.test", 0, "rfc\n\xfc;b");
	envelope_add_rcpt(e, "c@b.test", 0, "rfc822");
	e->rcpt[0].state = e->rcpt[1].state = RCPT_FAILED;
	is_int(dsn_write(&d, &conf, &m, "id", DSN_FAILED), 0, "it is written");
	d.buffer[d.buffered] = '\0';
	ok(strstr(d.buffer, "\r\n  b\\x{A}\\x{A}\\x{7F}@b.test\r\n") != NULL,
	    "a recipient is one line for people");
	ok(strstr(d.buffer,
	       "\r\nOriginal-Recipient: rfc??;b\r\n"
	       "Final-Recipient: utf-8; b\\x{A}\\x{A}\\x{7F}@b.test\r\n") !=
		NULL,
	    "and one field each for programs");
	ok(strstr(d.buffer, "\r\n\r\nFinal-Recipient: rfc822; c@b.test\r\n") !=
		NULL,
	    "an original recipient without a type is none");
	envelope_free(e);
}

int
main(void)
{
	struct envelope *e = envelope_new();

	envelope_add_rcpt(e, "b@b.test", 0, "");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		envelope_set(&e->sender, cases[i].sender);
		e->rcpt[0].notify = cases[i].notify;
		e->rcpt[0].state = cases[i].state;
		e->rcpt[0].relayed = cases[i].relayed;
		ok(dsn_wants(e, 0, DSN_FAILED) == cases[i].failed &&
			dsn_wants(e, 0, DSN_DELAYED) == cases[i].delayed &&
			dsn_wants(e, 0, DSN_RELAYED) == cases[i].relays,
		    "%s", cases[i].what);
		is_int(dsn_is_wanted(e, DSN_FAILED), cases[i].failed,
		    "of all, too");
	}
	envelope_add_rcpt(e, "c@b.test", NOTIFY_NEVER, "");
	e->rcpt[0].notify = 0;
	e->rcpt[0].state = e->rcpt[1].state = RCPT_FAILED;
	ok(dsn_is_wanted(e, DSN_FAILED) && !dsn_wants(e, 1, DSN_FAILED),
	    "one of two");
	envelope_free(e);
	test_spool();
	return done();
}
