/* SPDX-License-Identifier: ISC */
/* One mail: its sender, its recipients, its octets. */
#include "dialogue.h"
#include "failing_files.h"

static void
test_mail(void)
{
	hello();
	expect("MAIL a@example.org", 501, "5.5.4");
	expect("MAIL FROM:a@example.org", 501, "5.1.7");
	expect("MAIL FROM:<a@example..org>", 501, "5.1.8");
	expect("MAIL FROM:<postmaster>", 501, "5.1.7");
	expect("MAIL FROM:<a@example.org> REQUIRETLS", 530, "5.7.10");
	session.tls.up = true;
	expect("MAIL FROM: <a@example.org> REQUIRETLS", 250, "2.1.0");
	session.tls.up = false;
	line("RSET");
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

static void
test_addresses(void)
{
	char from[400], to[400];

	snprintf(from, sizeof from, "MAIL FROM:<%0330d@example.org>", 1);
	snprintf(to, sizeof to, "RCPT TO:<%0330d@example.org>", 1);
	hello();
	expect(from, 501, "5.1.7");
	line("MAIL FROM:<a@example.org>");
	expect(to, 501, "5.1.3");
	expect("RCPT TO:<b@example..com>", 501, "5.1.2");
	expect("RCPT FROM:<b@example.com>", 501, "5.5.4");
	expect("RCPT TO: <b@example.com>", 250, "2.1.5");
	expect("RCPT TO:<postmaster@foreign.example>", 550, "5.7.1");
	memory.no_domain = true;
	expect("RCPT TO:<postmaster>", 550, "5.7.1");
}

/* What does not fit is for another transaction. */
static void
test_together(void)
{
	char rcpt[100];

	to_rcpt();
	expect("RCPT TO:<b@d.many.example>", 250, "2.1.5");
	expect("RCPT TO:<b@own.many.example>", 452, "4.5.3");
	for (int i = 2; i < RECIPIENT_DOMAINS; i++) {
		snprintf(rcpt, sizeof rcpt, "RCPT TO:<b@d%d.many.example>", i);
		line(rcpt);
	}
	is_int(session.mail.rcpts.domains, RECIPIENT_DOMAINS, "domains");
	expect("RCPT TO:<b@one-more.many.example>", 452, "4.5.3");
	expect("RCPT TO:<c@d.many.example>", 250, "2.1.5");
	hello();
	line("MAIL FROM:<a@example.org>");
	fail_at(1, ENOMEM);
	expect("RCPT TO:<b@example.com>", 452, "4.3.0");
	fail_at(0, 0);
	expect("DATA", 554, "5.5.1");
	expect("RCPT TO:<b@example.com>", 250, "2.1.5");
}

/* Where nothing can be begun, nothing is asked for. */
static void
test_no_begin(void)
{
	to_rcpt();
	memory.cannot_begin = true;
	memory.error = ENOSPC;
	expect("DATA", 452, "4.3.1");
	expect("RCPT TO:<b@example.com>", 503, "5.5.1");
	to_rcpt();
	memory.cannot_begin = true;
	memory.error = EIO;
	expect("DATA", 451, "4.3.0");
	to_rcpt();
	memory.cannot_begin = true;
	memory.error = EIO;
	chunk("BDAT 5", "abcde", 451);
}

/* What comes with the end of data is the next command. */
static void
test_behind(void)
{
	static const char octets[] = "x\r\n.\r\nQUIT\r\n";
	bool ended;

	to_rcpt();
	line("DATA");
	is_int((long long)session_data(
		   &session, octets, sizeof octets - 1, &ended),
	    6, "of data, and no more");
	ok(ended, "to its end");
	session_data_end(&session, &r);
	is_int(r.code, 250, "which is taken");
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
	to_rcpt();
	push_lines(
	    "Authentication-Results: backup.test; none\r\nX: y\r\n", CUTS);
	is_int(r.code, 250, "results in our name are cut out");
	to_rcpt();
	push_lines(
	    "Authentication-Results: backup.test; none\r\nX: y\r\n", CUTS + 1);
	ok(r.code == 554 && strcmp(r.enhanced, "5.6.0") == 0,
	    "if they are not too many");
	for (int i = 0; i < 2; i++) {
		to_rcpt();
		memory.full = i == 1;
		push_lines("\r\nsixteen octets", 1 << 17);
		is_int(r.code, i == 1 ? 452 : 250, "the disk fills up");
	}
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
	chunk("bdat 1\tlast", "\n", 250);
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
	fresh();
	chunk("BDAT 4", "QUIT", 503);
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

int
main(void)
{
	if (!begin_dialogue())
		return 1;
	test_mail();
	test_rcpt();
	test_postmaster();
	test_addresses();
	test_together();
	test_no_begin();
	test_behind();
	test_data();
	test_cut_short();
	test_bounds();
	test_bdat();
	session_end(&session);
	return done();
}
