/* SPDX-License-Identifier: ISC */
/* Both ends of the dialogue with mx-send: malformed requests, and helpers that
 * answer nonsense. */
#include "sendproto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"
#include "wire.h"

enum { MESSAGE = 10, LINE = 70000 };

static char libexec[] = "/tmp/unit-XXXXXX";
static struct send_request request;

/* ---- the server's end */

/* A file is no socket: its message is fd 3. */
static int
read_text(const char *text)
{
	int fd = memfd_create("in", MFD_CLOEXEC), result;
	struct send_stream *stream = send_stream_new(fd, -1);

	if (stream == NULL ||
	    write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		exit(99);
	lseek(fd, 0, SEEK_SET);
	errno = 0;
	result = send_read(stream, &request);
	send_stream_free(stream);
	close(fd);
	return result;
}

static void
is_bad(const char *text)
{
	bool bad = read_text(text) == -1 && errno == EBADMSG;
	const char *last = text;

	for (const char *p = text; *p != '\0'; p++) { /* its last pair */
		if (*p == '\n' && p[1] != '\n' && p[1] != '\0')
			last = p + 1;
	}
	send_request_free(&request);
	ok(bad, "refused: %.*s", (int)strcspn(last, "\n"), last);
}

/* As KEY=VALUE, the value a character N times. */
static void
is_long(const char *before, int character, size_t n)
{
	static char text[LINE];
	size_t at = strlcpy(text, before, sizeof text);

	memset(text + at, character, n);
	strlcpy(text + at + n, "\n\n", sizeof text - at - n);
	is_bad(text);
}

#define OPEN "op=open\nhelo=a.test\n"
#define MAIL "op=mail\nrcpt=b@b.test\n"

static void
test_malformed(void)
{
	static const char *const bad[] = {"helo=a.test\n\n", "op=shut\n\n",
	    "op=open\n\n", "op=open\ntarget=192.0.2.1:25\n\n", OPEN "\n",
	    "op=quit\n", "no pair\n", OPEN "target=192.0.2.1\n\n",
	    OPEN "target=192.0.2.1:0\n\n", OPEN "target=192.0.2:25\n\n",
	    OPEN "target=[2001:db8::1:25\n\n", OPEN "host=b.test\n\n",
	    OPEN "target=192.0.2.1:25\nhost=b%20b\n\n", OPEN "helo=%0d%0a\n\n",
	    OPEN "limit=86401\n\n", OPEN "limit=x\n\n", OPEN "identity=x\n\n",
	    OPEN "requiretls=2\n\n", OPEN "size=1\n\n", OPEN "tls=may\n\n",
	    OPEN "target=192.0.2.1:25\ntls=x\n\n",
	    OPEN "target=192.0.2.1:25\ntlsa=\n\n",
	    OPEN "target=192.0.2.1:25\ntlsa=3%0a\n\n",
	    OPEN "target=192.0.2.1:25\nlenient=0\n\n",
	    OPEN "target=192.0.2.1:25\nother=1\n\n", "op=quit\ntls=may\n\n",
	    "op=mail\n\n", "op=mail\nrcpt=\n\n", MAIL "size=x\n\n",
	    MAIL "offset=-1\n\n", MAIL "offset=11\n\n", MAIL "size=11\n\n",
	    MAIL "offset=5\nsize=6\n\n", MAIL "cut=1\n\n", MAIL "cut=x+1\n\n",
	    MAIL "cut=1+x\n\n", MAIL "cut=1+1\ncut=0+1\n\n",
	    MAIL "cut=1111111111111111111111111+1\n\n", MAIL "cut=5+6\n\n",
	    MAIL "trace=a\n\n", MAIL "trace=a%0d\n\n", MAIL "trace=a%0ab\n\n",
	    MAIL "trace=%0d%0a\n\n", MAIL "body=9BIT\n\n", MAIL "ret=ALL\n\n",
	    MAIL "envid=a%20b\n\n", MAIL "envid=+x\n\n", MAIL "smtputf8=2\n\n",
	    MAIL "begun=x\n\n", MAIL "notify=SOMETIMES\n\n",
	    MAIL "orcpt=none\n\n", MAIL "from=a%0d%0a\n\n", MAIL "from=a>b\n\n",
	    MAIL "from=%22a\n\n", MAIL "from=%7f\n\n", MAIL "rcpt=a%20b\n\n",
	    MAIL "client=192.0.2\n\n", MAIL "limit=86401\n\n",
	    MAIL "helo=a.test\nother=1\n\n", "op=mail\nnotify=NEVER\n\n",
	    "op=mail\norcpt=rfc822;a@b\n\n", "op=probe\nfrom=a@a.test\n\n",
	    "op=rcpt\n\n", "op=rcpt\nrcpt=a@b.test\nrcpt=b@b.test\n\n"};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		is_bad(bad[i]);
	is_long(OPEN "helo=", 'a', DOMAIN_LEN + 1);
	is_long(OPEN "target=192.0.2.1:25\nhost=", 'a', DOMAIN_LEN + 1);
	is_long(OPEN "libexec=", 'a', PATH_MAX);
	is_long(OPEN "target=192.0.2.1:25\nbase=", 'a', DOMAIN_LEN + 1);
	is_long(MAIL "from=", 'a', MAILBOX_LEN + 1);
	is_long(MAIL "envid=", 'a', 600);
	is_long(MAIL "orcpt=rfc822;", 'a', 600);
}

static void
test_limits(void)
{
	static char text[RECIPIENTS * 16];
	size_t n = strlcpy(text, "op=mail\n", sizeof text);

	for (int i = 0; i <= RECIPIENTS; i++)
		n += strlcpy(text + n, "rcpt=b@b.test\n", sizeof text - n);
	strlcpy(text + n, "\n", sizeof text - n);
	is_bad(text);
	n = strlcpy(text, OPEN, sizeof text);
	for (int i = 0; i <= SEND_TARGETS; i++)
		n += strlcpy(text + n, "target=[::1]:25\n", sizeof text - n);
	strlcpy(text + n, "\n", sizeof text - n);
	is_bad(text);
}

static void
test_read(void)
{
	is_int(read_text("\n\n" MAIL "from=%22a>b\\\\%22\\@x.test\noffset=2\n"
			 "cut=1+2\nbody=\nret=\nenvid=\nnotify=\norcpt=\n"
			 "client=\nname=a%20b\nid=1\n\n"),
	    1, "a message");
	ok(request.size == MESSAGE - 2 && request.nrcpt == 1 &&
		request.cuts.n == 1 && *request.client.name == '\0' &&
		strcmp(request.client.id, "1") == 0,
	    "what is left out is naught");
	send_request_free(&request);
	is_int(read_text("op=open\nhelo=a.test\ntarget=[2001:db8::1]:25\n"
			 "tls=dane\ntlsa=3 1 1 00\ntlsa=3 1 1 01\nbase=b.test\n"
			 "domain=c.test\nlenient=1\n\n"),
	    1, "where to");
	ok(request.ntarget == 1 && request.target[0].ip.family == AF_INET6 &&
		request.target[0].lenient,
	    "by IPv6");
	is_str(request.target[0].tlsa, "3 1 1 00\n3 1 1 01\n", "its records");
	send_request_free(&request);
	is_int(read_text("op=begin\nfrom=\nrequiretls=1\n\n"), 1,
	    "a transaction begins");
	ok(request.size == 0 && request.requiretls,
	    "of a size that is not known, with REQUIRETLS");
	send_request_free(&request);
	is_int(read_text(""), 0, "the end");
	send_request_free(&request);
}

/* fd 3 is what a message can not be, then one of ten octets. */
static void
set_message(int fd)
{
	if (fd == -1 || dup2(fd, 3) == -1)
		exit(99);
	if (fd != 3)
		close(fd);
}

/* ---- the client's end */

#define READ "while read -r l && test -n \"$l\"; do :; done;"
#define SAY(text) READ "printf '" text "\\n\\n'"

/* A sender whose helper does what the shell is told. */
static struct sender *
start(const char *script)
{
	struct sender *s;
	char path[64];
	FILE *f;

	snprintf(path, sizeof path, "%s/mx-send", libexec);
	unlink(path);
	if ((f = fopen(path, "w")) == NULL)
		exit(99);
	fprintf(f, "#!/bin/sh\n%s\n", script);
	fclose(f);
	if (chmod(path, 0700) == -1 || (s = sender_start(libexec)) == NULL)
		exit(99);
	return s;
}

static int
try_open(struct sender *s, struct send_answer *a)
{
	struct send_target t = {.port = 25, .host = "b.test"};

	ip_parse(&t.ip, "192.0.2.1", 9);
	return sender_open(s, "a.test", &t, 1, wire_now() + 5000, a);
}

static void
not_opened(const char *script, const char *name)
{
	struct sender *s = start(script);
	struct send_answer a;

	errno = 0;
	ok(try_open(s, &a) == -1 && errno == EPROTO, "%s", name);
	ok(try_open(s, &a) == -1 && errno == EPROTO, "... and no more of it");
	sender_kill(s);
}

static void
test_open(void)
{
	static const char many[] =
	    READ "printf 'status=open\\n'; i=0; while "
		 "[ $((i += 1)) -lt 10 ]; do printf 'failed=h%d\\nfailure="
		 "certificate-expired\\nwhy=%d\\n' $i $i; done; echo";
	struct send_answer a;
	struct sender *s = start(many);

	is_int(try_open(s, &a), 0, "ten that failed");
	ok(a.nfailed == SEND_FAILED && strcmp(a.failed[7].host, "h8") == 0 &&
		strcmp(a.failed[0].why, "1") == 0,
	    "as many as fit");
	sender_kill(s);
	sender_kill(NULL);
	not_opened(SAY("status=half"), "a status that is none");
	not_opened(SAY("reply=99 x"), "a reply that is none");
	not_opened(SAY("reply=999 x"), "of no class");
	not_opened(SAY("reply=250"), "without a text");
	not_opened(SAY("reply=250 %%07"), "that rings");
	not_opened(READ "exit 0", "no answer");
}

static void
test_rest(void)
{
	static const char obeys[] =
	    "while :; do " SAY("status=closed") "; done";
	struct sender *s = start(obeys);
	unsigned n = 0;

	while (n <= SEND_RESTS && sender_rest(s) == 0 &&
	    sender_is_rested(s, wire_now() + 5000))
		n++;
	is_int((int)n, SEND_RESTS, "it rests so often and no more");
	ok(sender_is_rested(s, wire_now()), "it still could");
	sender_stop(s);
	s = start(READ "sleep 9");
	is_int(sender_rest(s), 0, "told to rest");
	is_int(sender_rest(s), -1, "not again before it does");
	ok(!sender_is_rested(s, wire_now() + 10), "it does not in time");
	is_int(sender_rest(s), -1, "which breaks it");
	sender_kill(s);
}

/* B and d wait; c is done. */
static int
hand_over(const char *script, struct reply replies[3], bool *alive)
{
	static char b[] = "b@b.test", c[] = "c@b.test", d[] = "d@b.test";
	static char none[] = "", from[] = "a@a.test", trace[] = "X: x\r\nY: y";
	struct rcpt rcpt[] = {{.mailbox = b, .orcpt = none},
	    {.mailbox = c, .orcpt = none, .state = RCPT_DELIVERED},
	    {.mailbox = d, .orcpt = none, .notify = NOTIFY_NEVER}};
	struct envelope e = {.sender = from,
	    .trace = trace,
	    .envid = none,
	    .rcpt = rcpt,
	    .nrcpt = 3};
	struct sender *s = start(script);
	const struct send_piece piece = {3, 0, MESSAGE};
	int64_t deadline = wire_now() + 5000;
	int result;

	if (sender_ask_mail(s, &e, &piece, deadline) == -1)
		deadline = wire_now();
	result = sender_hear_mail(s, &e, deadline, replies, alive);
	sender_kill(s);
	return result;
}

static void
test_outcome(void)
{
	static const char *const bad[] = {SAY("reply=250 x"),
	    SAY("rcpt=x\\nreply=250 x"), SAY("rcpt=2\\nreply=250 x"),
	    SAY("rcpt=1\\nreply=250 x\\nrcpt=0\\nreply=250 x"),
	    SAY("rcpt=1\\nreply=x"), READ "kill -9 $$"};
	static const char *const no_reply[] = {
	    SAY("rcpt=1\\nreply=902 x"), SAY("rcpt=1\\nreply=550 x%%01")};
	struct reply r[3];
	bool alive;

	is_int(hand_over(SAY("other=1\\nstatus=open\\nrcpt=0\\nreply=250 2.1.5 "
			     "x\\nrcpt=1\\nreply=550 5.1.1. y"),
		   r, &alive),
	    0, "an outcome");
	ok(alive && r[0].code == 250 && r[1].code == 0 && r[2].code == 550,
	    "of those who waited");
	is_str(r[0].enhanced, "2.1.5", "with its status");
	is_str(r[2].enhanced, "", "or with what is none");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		is_int(hand_over(bad[i], r, &alive), -1, "nonsense");
		ok(!alive && r[1].code == 0 && *r[1].text == '\0',
		    "about nobody else");
	}
	is_str(r[2].text, "mx-send: ended without an answer", "it is unknown");
	for (size_t i = 0; i < sizeof no_reply / sizeof *no_reply; i++) {
		hand_over(no_reply[i], r, &alive);
		is_int(r[2].code, 0, "what is no reply refuses nobody");
	}
	is_int(hand_over(
		   SAY("status=open\\nrcpt=0\\nreply=250 x\\nno"), r, &alive),
	    -1, "half an outcome");
	ok(r[0].code == 250 && r[2].code == 0, "what was heard stands");
}

int
main(void)
{
	int message;
	char path[64];

	if (mkdtemp(libexec) == NULL)
		return 1;
	set_message(open("/dev/null", O_RDONLY));
	is_bad(MAIL "\n");
	message = memfd_create("message", MFD_CLOEXEC);
	if (message == -1 || ftruncate(message, MESSAGE) == -1)
		return 1;
	set_message(message);
	test_malformed();
	test_limits();
	test_read();
	test_open();
	test_rest();
	test_outcome();
	snprintf(path, sizeof path, "%s/mx-send", libexec);
	unlink(path);
	rmdir(libexec);
	return done();
}
