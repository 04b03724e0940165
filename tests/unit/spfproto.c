/* SPDX-License-Identifier: ISC */
/* Both ends of the dialogue with mx-spf, and helpers that are of no use. */
#include "spfproto.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"
#include "wire.h"

static char libexec[] = "/tmp/unit-XXXXXX";
static struct spf_answer answer;
static int64_t patience = 500; /* ms */

/* A helper that does what the shell is told. */
static int
ask(const char *script)
{
	struct spf_request r = {.helo = "c.test", .sender = "a@a.test"};
	char path[64];
	struct kept k = {.runs = false};
	FILE *f;
	int result;

	snprintf(path, sizeof path, "%s/mx-spf", libexec);
	unlink(path);
	if ((f = fopen(path, "w")) == NULL)
		exit(99);
	fprintf(f, "#!/bin/sh\n%s\n", script);
	fclose(f);
	if (chmod(path, 0700) == -1 || !ip_parse(&r.client, "192.0.2.1", 9))
		exit(99);
	if (spf_start(libexec, &r, &k) == -1)
		return -2;
	result = spf_finish(&k, wire_now() + patience, &answer);
	kept_end(&k);
	return result;
}

#define READ "while read -r l && test -n \"$l\"; do :; done;"
#define SAY(text) READ "printf '" text "\\n\\n'"

static void
nonsense(const char *script, int error, const char *name)
{
	errno = 0;
	ok(ask(script) == -1 && errno == error, "%s", name);
}

static void
answers(void)
{
	is_int(ask(SAY("mailfrom=softfail\\ndomain=a.test\\nreason=~all\\n"
		       "helo=none\\ndomain=c.test\\nreason=no%%20record")),
	    0, "an answer");
	is_int(answer.mailfrom.result, SPF_SOFTFAIL, "of the reverse-path");
	is_str(answer.mailfrom.domain, "a.test", "its domain");
	is_str(answer.mailfrom.reason, "~all", "and why");
	is_int(answer.helo.result, SPF_NONE, "of HELO");
	is_str(answer.helo.domain, "c.test", "its domain");
	is_str(answer.helo.reason, "no record", "and why");
	is_int(ask(SAY("helo=pass\\nmailfrom=fail")), 0, "in another order");
	ok(answer.helo.result == SPF_PASS && answer.mailfrom.result == SPF_FAIL,
	    "is read");
	is_str(answer.helo.domain, "", "what is left out is empty");
	for (int i = 0; i < SPF_RESULTS; i++) {
		char script[256];

		snprintf(script, sizeof script, SAY("mailfrom=%s\\nhelo=none"),
		    spf_result_name[i]);
		ok(ask(script) == 0 && (int)answer.mailfrom.result == i, "%s",
		    spf_result_name[i]);
	}
}

static void
useless(void)
{
	nonsense(READ "kill -9 $$", EPROTO, "killed");
	ok(ask("exit 75") < 0, "gone at once"); /* perhaps before it is asked */
	nonsense("exec sleep 60", ETIMEDOUT, "silent");
	nonsense(READ "printf 'mailfrom=pass\\nhelo=pass\\n'; exec sleep 60",
	    ETIMEDOUT, "silent in the middle");
	nonsense(READ "printf 'mailfrom=pass\\nhelo=pass\\n'", EPROTO,
	    "gone in the middle");
	nonsense(SAY("mailfrom=pass"), EPROTO, "nothing about HELO");
	nonsense(SAY("helo=pass"), EPROTO, "nothing about the reverse-path");
	nonsense(SAY("mailfrom=pass\\nmailfrom=pass\\nhelo=pass"), EPROTO,
	    "something twice");
	nonsense(SAY("domain=a.test\\nmailfrom=pass\\nhelo=pass"), EPROTO,
	    "a domain of none");
	nonsense(SAY("mailfrom=maybe\\nhelo=pass"), EPROTO, "no such result");
	nonsense(SAY("mailfrom=pass\\ndomain=A_b\\nhelo=pass"), EPROTO,
	    "a domain that is no name");
	nonsense(SAY("mailfrom=pass\\nhelo=pass\\nreason=a%%0Ab"), EPROTO,
	    "a line end");
	nonsense(SAY("mailfrom=pass\\nhelo=pass\\nx=y"), EPROTO, "no such key");
	nonsense(SAY("hello"), EPROTO, "no pair");
	patience = 60000; /* 8 MB are heard of it */
	nonsense(READ "yes helo=pass 2>/dev/null", EPROTO, "no end");
	nonsense(READ "head -c 100000 /dev/zero", EPROTO, "NULs");
}

static struct pairs_in in;

/* A stream of requests in IN. */
static int
stream(const char *text)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == -1 ||
	    write(fd[0], text, strlen(text)) == -1)
		exit(99);
	close(fd[0]);
	pairs_in_init(&in, fd[1]);
	errno = 0;
	return fd[1];
}

/* What spf_read() makes of a request. */
static int
read_request(const char *text, struct spf_request *r)
{
	int fd = stream(text), result = spf_read(&in, -1, r);

	close(fd);
	return result;
}

static void
several(void)
{
	struct spf_request r;
	int fd[2];

	fd[0] = stream("ip=192.0.2.1\nhelo=a.test\n\nip=192.0.2.2\n\n");
	ok(spf_read(&in, -1, &r) == 1 && r.client.octets[3] == 1, "the first");
	ok(spf_read(&in, -1, &r) == 1 && r.client.octets[3] == 2 &&
		*r.helo == '\0',
	    "the second, with nothing of the first");
	is_int(spf_read(&in, -1, &r), 0, "and no more");
	close(fd[0]);
	fd[0] = stream("ip=192.0.2.1\n\nip=192.0.2.2\n");
	ok(spf_read(&in, -1, &r) == 1 && spf_read(&in, -1, &r) == -1 &&
		errno == EBADMSG,
	    "a second that is torn");
	close(fd[0]);
	fd[0] = stream("ip=192.0.2.1\n\nip");
	ok(spf_read(&in, -1, &r) == 1 && spf_read(&in, -1, &r) == -1 &&
		errno == EBADMSG,
	    "in its first line");
	close(fd[0]);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == -1)
		exit(99);
	pairs_in_init(&in, fd[1]);
	is_int(spf_read(&in, wire_now() + 50, &r), 0, "nothing in time");
	if (write(fd[0], "ip", 2) != 2)
		exit(99);
	ok(spf_read(&in, wire_now() + 50, &r) == -1 && errno == ETIMEDOUT,
	    "half of something");
	close(fd[0]);
	close(fd[1]);
}

static void
requests(void)
{
	static const char *const bad[] = {"ip=a.test\n\n", "helo=a.test\n\n",
	    "ip=192.0.2.1\nresolver=a.test\n\n",
	    "ip=192.0.2.1\ndeadline_ms=4000000000\n\n", "ip=192.0.2.1\nx=y\n\n",
	    "ip=192.0.2.1\nx\n\n", "ip=192.0.2.1\n", "\n"};
	struct spf_request r;
	char text[600];

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(read_request(bad[i], &r) == -1 && errno == EBADMSG,
		    "refused: %.*s", (int)strcspn(bad[i], "\n"), bad[i]);
	memset(text, 'x', sizeof text);
	memcpy(text, "ip=192.0.2.1\nhelo=", 18);
	memcpy(text + sizeof text - 3, "\n\n", 3);
	ok(read_request(text, &r) == -1 && errno == EBADMSG, "too long a name");
	is_int(read_request("", &r), 0, "no request");
	is_int(read_request("ip=::ffff:192.0.2.1\nhelo=C.test\n"
			    "sender=%25%20x@a.test\nreceiver=mx.test\n"
			    "resolver=127.0.0.1:5353\n"
			    "resolver=[2001:db8::1]:53\ndeadline_ms=3000\n\n",
		   &r),
	    1, "a request");
	ok(r.client.family == AF_INET && r.client.octets[0] == 192,
	    "a mapped address is IPv4");
	is_str(r.helo, "C.test", "helo");
	is_str(r.sender, "% x@a.test", "sender");
	is_str(r.receiver, "mx.test", "receiver");
	ok(r.resolvers.n == 2 && r.resolvers.at[0].port == 5353, "resolvers");
	is_int(r.deadline_ms, 3000, "deadline_ms");
	is_int(read_request("ip=2001:db8::1\n\n", &r), 1, "an address alone");
	is_int(r.deadline_ms, SPF_DEADLINE_MS, "the deadline it has by itself");
}

int
main(void)
{
	char path[64];

	if (mkdtemp(libexec) == NULL)
		return 99;
	requests();
	several();
	answers();
	useless();
	snprintf(path, sizeof path, "%s/mx-spf", libexec);
	unlink(path);
	rmdir(libexec);
	return done();
}
