/* SPDX-License-Identifier: ISC */
/* The dialogue without a socket: lines in, replies out, a store in memory. */
#include "../../bin/mxrecv/session.h"

#include <errno.h>
#include <stdlib.h>

#include "tap.h"

struct memory { /* the store, and what it is to do */
	char octets[4096];
	size_t len;
	unsigned commits, drops;
	bool tls, full, no_policy, cannot_store, begun;
	int error; /* of storing, and of WRITES octets, when they are there */
	size_t writes;
	long waiting;
	enum etrn_outcome etrn;
	char mailboxes[1024];
};

static struct conf conf;
static struct memory memory;
static struct store store;
static struct session session;

static enum answer
domain(void *ctx, const char *name, struct domain_row *row)
{
	struct memory *m = ctx;

	if (m->no_policy)
		return ANSWER_UNAVAILABLE;
	if (*name == '\0')
		name = "example.com";
	strlcpy(row->name, name, sizeof row->name);
	return strcmp(name, "example.com") == 0 ||
		strcmp(name, "xn--bcher-kva.example") == 0 ||
		strcmp(name, "backup.test") == 0
	    ? ANSWER_YES
	    : ANSWER_NO;
}

static enum answer
verdicts(void *ctx, const char *test, const char *name, struct verdicts *out)
{
	(void)ctx;
	(void)name;
	if (strcmp(test, "helo") != 0)
		return ANSWER_NO;
	*out = (struct verdicts){VERDICT_DENY, VERDICT_OFF};
	return ANSWER_YES;
}

static bool
offers_tls(void *ctx)
{
	return ((struct memory *)ctx)->tls;
}

static bool
has_room(void *ctx, uint64_t octets)
{
	(void)octets;
	return !((struct memory *)ctx)->full;
}

static int
begin(void *ctx)
{
	struct memory *m = ctx;

	m->len = 0;
	m->begun = true;
	return 0;
}

static int
write_octets(void *ctx, const char *octets, size_t n)
{
	struct memory *m = ctx;

	if (m->writes != 0 && m->len + n >= m->writes) {
		errno = m->error;
		return -1;
	}
	for (size_t i = 0; i < n && m->len < sizeof m->octets; i++)
		m->octets[m->len++] = octets[i];
	return 0;
}

static bool
commit(void *ctx, const struct session *s, char *receipt)
{
	struct memory *m = ctx;
	struct rcpt_entry e;
	size_t at = 0;

	if (m->cannot_store) {
		errno = m->error != 0 ? m->error : ENOSPC;
		return false;
	}
	m->commits++;
	m->mailboxes[0] = '\0';
	while (rcpts_next(&s->mail.rcpts, &at, &e)) {
		strlcat(m->mailboxes, e.mailbox, sizeof m->mailboxes);
		strlcat(m->mailboxes, " ", sizeof m->mailboxes);
	}
	strlcpy(receipt, "x", RECEIPT_TEXT);
	return true;
}

static void
drop(void *ctx)
{
	((struct memory *)ctx)->drops++;
}

static enum etrn_outcome
etrn(void *ctx, const char *name, bool below, long *count)
{
	struct memory *m = ctx;

	(void)name;
	(void)below;
	*count = m->waiting;
	return m->etrn;
}

static void
fresh(void)
{
	session_end(&session);
	memset(&memory, 0, sizeof memory);
	session_init(&session, &conf, &store);
	ip_parse(&session.client.ip, "192.0.2.1", 9);
}

/* One line; the code of the reply, its text in R. */
static struct reply r;
static enum next next;

static int
line(const char *s)
{
	next = session_line(&session, s, strlen(s), &r);
	return r.code;
}

static void
expect(const char *s, int code, const char *enhanced)
{
	char name[200];

	line(s);
	snprintf(name, sizeof name, "%.120s -> %d %s", s, code, enhanced);
	if (!ok(r.code == code && strcmp(r.enhanced, enhanced) == 0, "%s",
		name))
		printf("# got %d %s %s\n", r.code, r.enhanced, r.text);
}

static void
hello(void)
{
	fresh();
	line("EHLO client.example.org");
}

static void
to_rcpt(void)
{
	hello();
	line("MAIL FROM:<a@example.org>");
	line("RCPT TO:<b@example.com>");
}

static void
data(const char *octets, size_t n)
{
	bool ended;
	size_t used;

	line("DATA");
	used = session_data(&session, octets, n, &ended);
	ok(used == n && ended, "the data ended where it ends");
	session_data_end(&session, &r);
}

static void
chunk(const char *command, const char *octets, int code)
{
	line(command);
	if (next == NEXT_CHUNK) {
		if (session.chunk > 0)
			session_chunk(&session, octets, strlen(octets));
		session_chunk_end(&session, &r);
	}
	is_int(r.code, code, command);
}

static void
test_helo(void)
{
	fresh();
	expect("HELO", 501, "5.5.4");
	expect("MAIL FROM:<a@example.org>", 503, "5.5.1");
	expect("ETRN example.com", 503, "5.5.1");
	expect("EHLO nodots", 504, "5.5.2");
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

static void
test_mail(void)
{
	hello();
	expect("MAIL a@example.org", 501, "5.5.4");
	expect("MAIL FROM:a@example.org", 501, "5.1.7");
	expect("MAIL FROM:<a@example..org>", 501, "5.1.8");
	expect("MAIL FROM:<postmaster>", 501, "5.1.7");
	expect("MAIL FROM:<a@example.org> FOO=1", 555, "5.5.4");
	expect("MAIL FROM:<a@example.org> SIZE=x", 501, "5.5.4");
	expect("MAIL FROM:<a@example.org> SIZE=1073741825", 552, "5.3.4");
	hello();
	expect("MAIL FROM:<a@example.org> SIZE=99999999999999999999", 552,
	    "5.3.4");
	expect("MAIL FROM:<\xc3\xbc@example.org>", 553, "5.6.7");
	expect("MAIL FROM:<\xc3\xbc@example.org> SMTPUTF8", 250, "2.1.0");
	expect("RCPT TO:<b@b\xc3\xbc"
	       "cher.example>",
	    250, "2.1.5");
	expect("RCPT TO:<b@XN--bcher-kva.EXAMPLE>", 250, "2.1.5");
	is_int(session.mail.rcpts.n, 1, "U-label and A-label are one domain");
	hello();
	memory.full = true;
	expect("MAIL FROM:<a@example.org>", 452, "4.3.1");
	memory.full = false;
	expect("mail from:<> body=8bitmime size=1073741824", 250, "2.1.0");
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
test_rcpt(void)
{
	char rcpt[100];

	hello();
	line("MAIL FROM:<a@example.org>");
	expect("RCPT TO:<>", 501, "5.1.3");
	expect("RCPT TO:<b>", 501, "5.1.3");
	expect("RCPT TO:<b@[192.0.2.9]>", 550, "5.7.1");
	expect("RCPT TO:<b@example.com> NOTIFY=NEVER,SUCCESS", 501, "5.5.4");
	expect("RCPT TO:<b@example.com> X=1", 555, "5.5.4");
	expect("RCPT TO:<\xc3\xbc@example.com>", 553, "5.6.7");
	expect("RCPT TO:<@relay.example:b@example.com>", 250, "2.1.5");
	expect("RCPT TO:<Postmaster>", 250, "2.1.5");
	expect("RCPT TO:<b@Example.Com>", 250, "2.1.5");
	memory.no_policy = true;
	expect("RCPT TO:<c@example.com>", 451, "4.3.0");
	memory.no_policy = false;
	for (int i = 2; i < RECIPIENTS; i++) {
		snprintf(rcpt, sizeof rcpt, "RCPT TO:<u%d@example.com>", i);
		if (line(rcpt) != 250)
			break;
	}
	is_int(session.mail.rcpts.n, RECIPIENTS, "a thousand recipients");
	ok(session.mail.rcpts.room <= 100 * 1024, "in 100 KiB");
	expect("RCPT TO:<one-more@example.com>", 452, "4.5.3");
	expect("RCPT TO:<u7@example.com>", 250, "2.1.5");
	data("x\r\n.\r\n", 6);
	is_int(r.code, 250, "and they are taken");
	is_int(session.count.recipients, RECIPIENTS, "all of them");
}

static void
test_postmaster(void)
{
	strlcpy(conf.hostname, "backup.other", sizeof conf.hostname);
	to_rcpt();
	expect("RCPT TO:<POSTMASTER>", 250, "2.1.5");
	expect("RCPT TO:<postmaster@Backup.Other>", 250, "2.1.5");
	expect("RCPT TO:<someone@backup.other>", 550, "5.7.1");
	data("x\r\n.\r\n", 6);
	is_str(memory.mailboxes, "b@example.com postmaster@example.com ",
	    "our postmaster is that of a domain");
	strlcpy(conf.postmaster, "me@backup.test", sizeof conf.postmaster);
	to_rcpt();
	expect("RCPT TO:<Postmaster>", 250, "2.1.5");
	data("x\r\n.\r\n", 6);
	is_str(memory.mailboxes, "b@example.com me@backup.test ",
	    "or whom mx.conf names");
	to_rcpt();
	memory.no_policy = true;
	expect("RCPT TO:<postmaster>", 451, "4.3.0");
	conf.postmaster[0] = '\0';
	strlcpy(conf.hostname, "backup.test", sizeof conf.hostname);
}

static void
test_data(void)
{
	static const char nul[] = "a\0b\r\n.\r\n";

	to_rcpt();
	data("Subject: x\r\n\r\n..dot\r\n\xff\r\n.\r\n", 27);
	is_int(r.code, 250, "a message is taken");
	memory.octets[memory.len] = '\0';
	is_str(memory.octets, "Subject: x\r\n\r\n.dot\r\n\xff\r\n",
	    "as it came, dots taken away");
	is_str(memory.mailboxes, "b@example.com ", "for its recipient");
	expect("DATA", 503, "5.5.1");
	to_rcpt();
	data("a\nb\r\n.\r\n", 8);
	ok(r.code == 550 && strcmp(r.enhanced, "5.6.11") == 0, "bare LF");
	to_rcpt();
	data("a\rb\r\n.\r\n", 8);
	ok(r.code == 550 && strcmp(r.enhanced, "5.6.11") == 0, "bare CR");
	to_rcpt();
	data(nul, sizeof nul - 1);
	ok(r.code == 550 && strcmp(r.enhanced, "5.6.11") == 0, "NUL");
	is_int(memory.commits, 0, "none of them was kept");
	to_rcpt();
	memory.cannot_store = true;
	data("x\r\n.\r\n", 6);
	ok(r.code == 452 && strcmp(r.enhanced, "4.3.1") == 0, "disk full");
	expect("RCPT TO:<b@example.com>", 503, "5.5.1");
	to_rcpt();
	memory.cannot_store = true;
	memory.error = EDQUOT;
	data("x\r\n.\r\n", 6);
	is_int(r.code, 452, "over quota");
	to_rcpt();
	memory.cannot_store = true;
	memory.error = EIO;
	data("x\r\n.\r\n", 6);
	ok(r.code == 451 && strcmp(r.enhanced, "4.3.0") == 0,
	    "our own trouble is not the sender's");
}

/* The store fails in the midst of a message, whose end is heard all the same.
 */
static void
test_cut_short(void)
{
	static const struct {
		int error, code;
	} trouble[] = {{ENOSPC, 452}, {EDQUOT, 452}, {EIO, 451}};

	for (size_t i = 0; i < 3; i++) {
		to_rcpt();
		memory.error = trouble[i].error;
		memory.writes = 10;
		data("Subject: x\r\n\r\ntext\r\nmore\r\n.\r\n", 29);
		is_int(r.code, trouble[i].code, "it can not be written");
		is_int(memory.commits, 0, "and is not kept");
		is_int(memory.drops, 2, "in any part");
		expect("NOOP", 250, "2.0.0");
	}
	to_rcpt();
	memory.error = EIO;
	memory.writes = 3;
	chunk("BDAT 5", "abcde", 451);
	chunk("BDAT 5 LAST", "NOOP\r", 503);
	is_int(memory.commits, 0, "nor is a chunk of it");
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
push_lines(const char *text, unsigned times)
{
	bool ended;

	line("DATA");
	for (unsigned i = 0; i < times; i++)
		session_data(&session, text, strlen(text), &ended);
	session_data(&session, "\r\n.\r\n", 5, &ended);
	session_data_end(&session, &r);
}

static void
test_bounds(void)
{
	static const char received[] = "Received: from a by b; now\r\n";
	static const char own[] = "Received: from a (b [192.0.2.7])\r\n"
				  "\tby Backup.TEST with ESMTP id 1; now\r\n";

	to_rcpt();
	push_lines(received, 100);
	is_int(r.code, 250, "100 Received fields are fine");
	to_rcpt();
	push_lines(received, 101);
	ok(r.code == 554 && strcmp(r.enhanced, "5.4.6") == 0, "101 are not");
	to_rcpt();
	push_lines(own, 2);
	is_int(r.code, 250, "our own name twice is fine");
	to_rcpt();
	push_lines(own, 3);
	ok(r.code == 554 && strcmp(r.enhanced, "5.4.6") == 0, "thrice is not");
	to_rcpt();
	push_lines("X: 6789012345678901234567890abcd\r\n", 7710);
	is_int(r.code, 250, "a header section just below 256 KiB");
	to_rcpt();
	push_lines("X: 6789012345678901234567890abcd\r\n", 7711);
	ok(r.code == 554 && strcmp(r.enhanced, "5.6.0") == 0, "and above");
	conf.max_message_size = 70000;
	to_rcpt();
	push_lines("\r\nten octets", 5834);
	is_int(r.code, 552, "counted: one octet too many");
	to_rcpt();
	push_lines("\r\nten octets", 5833);
	is_int(r.code, 250, "counted: not too many");
	conf.max_message_size = MESSAGE_SIZE;
}

static void
test_bdat(void)
{
	to_rcpt();
	chunk("BDAT 4", "ab\r\n", 250);
	expect("MAIL FROM:<a@example.org>", 503, "5.5.1");
	expect("RCPT TO:<b@example.com>", 503, "5.5.1");
	expect("DATA", 503, "5.5.1");
	expect("NOOP", 250, "2.0.0");
	chunk("BDAT 5", ".\r\nx\r", 250);
	chunk("bdat 1 last", "\n", 250);
	memory.octets[memory.len] = '\0';
	is_str(memory.octets, "ab\r\n.\r\nx\r\n", "chunks are joined");
	to_rcpt();
	chunk("BDAT 0", "", 250);
	chunk("BDAT 0 LAST", "", 250);
	to_rcpt();
	chunk("BDAT 3", "a\nb", 550);
	chunk("BDAT 3 LAST", "abc", 503);
	to_rcpt();
	chunk("BDAT 1 LAST", "\r", 550);
	hello();
	chunk("BDAT 10 LAST", "QUIT\r\nQUIT", 503);
	is_int((long long)session.chunk, 0,
	    "octets of a refused chunk are no commands");
	line("MAIL FROM:<a@example.org>");
	chunk("BDAT 1 LAST", "x", 503);
	line("RCPT TO:<b@foreign.example>");
	chunk("BDAT 1 LAST", "x", 554);
	expect("BDAT", 501, "5.5.4");
	expect("BDAT x", 501, "5.5.4");
	expect("BDAT -1", 501, "5.5.4");
	expect("BDAT 1 FIRST", 501, "5.5.4");
	expect("BDAT 1LAST", 501, "5.5.4");
	is_int(memory.commits, 0, "nothing of it was kept");
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
	if (freopen("/dev/null", "w", stderr) == NULL) /* the log */
		return 1;
	strlcpy(conf.hostname, "backup.test", sizeof conf.hostname);
	conf.max_message_size = MESSAGE_SIZE;
	store = (struct store){&memory, domain, verdicts, offers_tls, has_room,
	    begin, write_octets, commit, drop, etrn};
	session_init(&session, &conf, &store);
	test_helo();
	test_order();
	test_mail();
	test_starttls();
	test_rcpt();
	test_postmaster();
	test_data();
	test_cut_short();
	test_octets();
	test_bounds();
	test_bdat();
	test_etrn();
	test_errors();
	session_end(&session);
	return done();
}
