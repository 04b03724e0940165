/* SPDX-License-Identifier: ISC */
/* Verbs: which may come when, what may follow them, and which end it. */
#include "dialogue.h"

#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool no_random;

ssize_t
getrandom(void *to, size_t n, unsigned flags)
{
	return no_random ? -1 : syscall(SYS_getrandom, to, n, flags);
}

static void
test_id(void)
{
	fresh();
	ok(id_valid(session.id), "a session has a name");
	no_random = true;
	fresh();
	no_random = false;
	is_str(session.id, "", "or none, and goes on");
	expect("EHLO client.example.org", 250, "");
}

static void
test_helo(void)
{
	fresh();
	expect("HELO", 501, "5.5.4");
	expect("MAIL FROM:<a@example.org>", 503, "5.5.1");
	expect("ETRN example.com", 503, "5.5.1");
	expect("EHLO nodots", 504, "5.5.2");
	expect("HELO nodots", 504, "5.5.2");
	expect("EHLO a..b", 501, "5.5.2");
	expect("EHLO under_score.example", 501, "5.5.2");
	expect("EHLO 192.0.2.1", 501, "5.5.2");
	expect("EHLO [192.0.2.2]", 550, "5.7.1");
	expect("EHLO [192.0.2.1.1]", 501, "5.5.2");
	expect("EHLO Backup.Test", 550, "5.7.1");
	expect("EHLO a b", 501, "5.5.2");
	fresh();
	expect("EHLO [192.0.2.1]", 250, "");
	ok(strstr(r.text, "\nSIZE 1073741824\n") != NULL, "SIZE is told");
	expect("helo client.example.org  ", 250, "");
	is_str(r.text, "backup.test greets client.example.org [192.0.2.1]",
	    "HELO's answer has one line");
}

static void
test_order(void)
{
	hello();
	expect("RCPT TO:<b@example.com>", 503, "5.5.1");
	expect("DATA", 503, "5.5.1");
	expect("MAIL FROM:<a@example.org>", 250, "2.1.0");
	expect("MAIL FROM:<a@example.org>", 503, "5.5.1");
	expect("DATA", 503, "5.5.1");
	expect("ETRN example.com", 503, "5.5.1");
	expect("RCPT TO:<b@foreign.example>", 550, "5.7.1");
	expect("DATA", 554, "5.5.1");
	expect("RCPT TO:<b@example.com>", 250, "2.1.5");
	expect("MAIL FROM:<a@example.org>", 503, "5.5.1");
	expect("EHLO client.example.org", 250, "");
	expect("RCPT TO:<b@example.com>", 503, "5.5.1");
	expect("RSET", 250, "2.0.0");
	expect("RSET x", 501, "5.5.4");
	expect("QUIT x", 501, "5.5.4");
	expect("NOOP x y", 250, "2.0.0");
	expect("VRFY", 501, "5.5.4");
	expect("VRFY x", 252, "2.5.0");
	hello();
	expect("EXPN x", 502, "5.5.1");
	expect("HELP", 214, "2.0.0");
	expect("HELP MAIL", 214, "2.0.0");
	expect("STARTTLS", 502, "5.5.1");
	expect("FOO", 500, "5.5.2");
	expect("", 500, "5.5.2");
	expect("NOOP\001", 500, "5.5.2");
	expect("QUIT", 221, "2.0.0");
	is_int(next, NEXT_CLOSE, "QUIT closes");
}

/* RFC 3207 */
static void
test_starttls(void)
{
	hello();
	expect("STARTTLS", 502, "5.5.1");
	ok(strstr(r.text, "STARTTLS") == NULL, "not offered without one");
	fresh();
	memory.tls = true;
	expect("STARTTLS", 503, "5.5.1");
	line("EHLO client.example.org");
	ok(strstr(r.text, "\nSTARTTLS\n") != NULL, "offered");
	expect("STARTTLS now", 501, "5.5.4");
	line("MAIL FROM:<a@example.org>");
	expect("STARTTLS", 503, "5.5.1");
	line("RSET");
	ok(session_line(&session, "STARTTLS", 8, &r) == NEXT_STARTTLS &&
		r.code == 0,
	    "accepted");
	session.tls.up = true;
	session_secured(&session);
	is_str(session.helo, "", "the HELO name is forgotten");
	expect("MAIL FROM:<a@example.org>", 503, "5.5.1");
	line("EHLO client.example.org");
	ok(strstr(r.text, "STARTTLS") == NULL, "not offered twice");
	expect("STARTTLS", 503, "5.5.1");
}

static void
expect_octets(const char *s, size_t n, int code)
{
	char name[40];

	next = session_line(&session, s, n, &r);
	snprintf(name, sizeof name, "a line of %zu octets", n);
	is_int(r.code, code, name);
}

static void
test_octets(void)
{
	char most[COMMAND_LEN + 3];

	hello();
	expect("NOOP a\tb", 250, "2.0.0");
	expect("NOOP \t ", 250, "2.0.0");
	expect("NOOP\ta", 250, "2.0.0");
	expect("NOOP a\001b", 500, "5.5.2");
	expect("NOOP a\177b", 500, "5.5.2");
	expect("MAIL FROM:<a@example.org>\033", 500, "5.5.2");
	expect_octets("NOOP\0x", 6, 500);
	expect("", 500, "5.5.2");
	expect("   ", 500, "5.5.2");
	memset(most, 'x', sizeof most);
	memcpy(most, "NOOP ", 5);
	hello();
	expect_octets(most, COMMAND_LEN, 250);
	expect_octets(most, COMMAND_LEN + 1, 500);
	memset(most + COMMAND_LEN, ' ', 2);
	expect_octets(most, COMMAND_LEN + 2, 250);
}

static void
test_etrn(void)
{
	hello();
	memory.waiting = 14;
	memory.etrn = ETRN_STARTED;
	expect("ETRN", 500, "5.5.4");
	expect("ETRN foo", 501, "5.5.4");
	expect("ETRN a b", 501, "5.5.4");
	expect("ETRN foreign.example", 459, "4.7.1");
	expect("etrn Example.Com", 253, "2.0.0");
	is_str(r.text, "OK, 14 pending messages for node example.com started",
	    "with the count");
	expect("ETRN @example.com", 253, "2.0.0");
	expect("etrn #example.com", 253, "2.0.0");
	memory.waiting = -1;
	expect("ETRN example.com", 250, "2.0.0");
	memory.etrn = ETRN_NONE;
	expect("ETRN example.com", 251, "2.0.0");
	memory.etrn = ETRN_PENDING;
	expect("ETRN example.com", 252, "2.0.0");
	memory.etrn = ETRN_TOO_SOON;
	expect("ETRN example.com", 458, "4.3.0");
	memory.no_policy = true;
	expect("ETRN example.com", 458, "4.3.0");
}

static void
test_errors(void)
{
	hello();
	for (int i = 0; i < PROTOCOL_ERRORS; i++)
		line("FOO");
	is_int(r.code, 500, "ten errors are borne");
	expect("FOO", 421, "4.7.0");
	is_int(next, NEXT_CLOSE, "the next one closes");
	hello();
	session_bad_line(&session, WIRE_LINE_LONG, &r);
	is_int(r.code, 500, "a line too long");
	session_bad_line(&session, WIRE_BARE_LF, &r);
	is_int(r.code, 500, "a bare LF");
	fresh();
	expect("GET / HTTP/1.1", 421, "4.7.0");
	is_int(next, NEXT_CLOSE, "a browser is sent away");
	fresh();
	session_spoke_early(&session);
	expect("EHLO client.example.org", 421, "4.5.0");
	is_int(next, NEXT_CLOSE, "who speaks before its turn is sent away");
}

int
main(void)
{
	if (!begin_dialogue())
		return 1;
	test_id();
	test_helo();
	test_order();
	test_starttls();
	test_octets();
	test_etrn();
	test_errors();
	session_end(&session);
	return done();
}
