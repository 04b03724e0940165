/* SPDX-License-Identifier: ISC */
/* Both ends of the dialogue with mx-tls, and helpers that are of no use. */
#include "tlsproto.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"
#include "wire.h"

static char libexec[] = "/tmp/unit-XXXXXX";
static struct tls_answer answer;
static struct helper helper;
static int64_t patience = 500; /* ms */

/* A helper that does what the shell is told: -1 it was not ready, -2 it did
 * not finish. */
static int
ask(const char *script)
{
	const struct tls_request r = {.mode = TLS_CLIENT};
	const struct tls_call c = {
	    .where = libexec, .network = 0, .deadline = wire_now() + patience};
	char path[64];
	FILE *f;

	snprintf(path, sizeof path, "%s/mx-tls", libexec);
	unlink(path);
	if ((f = fopen(path, "w")) == NULL)
		exit(99);
	fprintf(f, "#!/bin/sh\n%s\n", script);
	fclose(f);
	if (chmod(path, 0700) == -1)
		exit(99);
	errno = 0;
	if (tls_start(&c, &r, &helper, &answer) == -1)
		return -1;
	return tls_finish(&helper, wire_now() + patience, &answer) == -1 ? -2
									 : 0;
}

#define READ "while read -r l && test -n \"$l\"; do :; done;"
#define SAY(text) READ "printf '" text "'"
#define READY "ready=yes\\n\\n"
#define UP "up=yes\\nprotocol=TLSv1.3\\ncipher=X\\nbits=256\\nresumed=no\\n"

static void
answers(void)
{
	char clear[32] = "";

	is_int(ask(SAY(READY UP "server_name=mx.test\\nverified=dane\\n"
				"subject=CN=mx.test\\n\\nin%%20clear\\n\\n")),
	    0, "an answer");
	ok(answer.up && !answer.resumed && answer.bits == 256, "it is up");
	is_str(answer.protocol, "TLSv1.3", "protocol");
	is_str(answer.cipher, "X", "cipher");
	is_str(answer.server_name, "mx.test", "server_name");
	is_str(answer.subject, "CN=mx.test", "subject");
	ok(answer.verified == TLS_BY_DANE, "verified");
	ok(read(helper.fd, clear, sizeof clear - 1) == 12 &&
		strcmp(clear, "in%20clear\n\n") == 0,
	    "what follows is the stream's");
	helper_end(&helper, true);
	is_int(ask(SAY("up=no\\nfailure=validation-failure\\n"
		       "reason=no%%20file\\n\\n")),
	    -1, "not ready");
	is_str(answer.reason, "no file", "and why");
	for (unsigned i = 1; i < TLS_FAILURES; i++) {
		char script[256];

		snprintf(script, sizeof script,
		    SAY(READY "up=no\\nfailure=%s\\nreason=x\\n\\n"),
		    tls_failure_name[i]);
		ok(ask(script) == -2 && errno == EPROTO &&
			answer.failure == (enum tls_failure)i && !answer.up,
		    "%s", tls_failure_name[i]);
	}
}

static void
names(void)
{
	char long_name[DOMAIN_LEN + 2];
	struct tls_answer a = {.verified = TLS_BY_PKIX};

	is_int(ask(SAY(READY UP "verified=pkix\\npeer_name=MX.test\\n"
				"peer_name=*.b.test\\n\\n")),
	    0, "an answer with names");
	is_str(answer.peer_names, " mx.test *.b.test", "names, in lower case");
	helper_end(&helper, false);
	ok(tls_peer_is(&answer, "mx.test") && tls_peer_is(&answer, "a.b.test"),
	    "it is each of them");
	ok(!tls_peer_is(&answer, "b.test") && !tls_peer_is(&answer, "x.test") &&
		!tls_peer_is(&answer, "a.a.b.test") &&
		!tls_peer_is(&answer, "mx.test.") &&
		!tls_peer_is(&answer, "") && !tls_peer_is(&answer, ".b.test"),
	    "and nobody else");
	answer.verified = TLS_UNVERIFIED;
	ok(!tls_peer_is(&answer, "mx.test"), "nobody, where not verified");
	ok(!tls_add_peer_name(&a, "a b.test", 8) &&
		!tls_add_peer_name(&a, "a\0.test", 7) &&
		!tls_add_peer_name(&a, "a.*.test", 8) &&
		!tls_add_peer_name(&a, "", 0),
	    "no names of hosts");
	memset(long_name, 'a', sizeof long_name);
	ok(!tls_add_peer_name(&a, long_name, DOMAIN_LEN + 1) &&
		*a.peer_names == '\0',
	    "nor one that is too long");
	for (unsigned i = 0; i < 4; i++)
		ok(tls_add_peer_name(&a, long_name, DOMAIN_LEN),
		    "one that finds room");
	ok(!tls_add_peer_name(&a, "abcdefgh", 8), "and no more");
	ok(!tls_peer_is(&a, "abcdefgh"), "which it is not then");
}

static void
nonsense(const char *script, int result, int error, const char *name)
{
	ok(ask(script) == result && errno == error && !answer.up, "%s", name);
}

static void
useless(void)
{
	nonsense(READ "kill -9 $$", -1, EPROTO, "killed");
	nonsense("exec sleep 60", -1, ETIMEDOUT, "silent");
	nonsense(SAY(READY) "; exec sleep 60", -2, ETIMEDOUT, "then silent");
	nonsense(SAY(READY UP) "; exec sleep 60", -2, ETIMEDOUT,
	    "silent in the middle");
	nonsense(SAY(READY) "; kill -9 $$", -2, EPROTO, "then killed");
	nonsense(SAY("ready=no\\n\\n"), -1, EPROTO, "not ready");
	nonsense(SAY("\\n"), -1, EPROTO, "empty");
	nonsense(SAY(UP "\\n"), -1, EPROTO, "up before it was ready");
	nonsense(SAY(READY READY), -2, EPROTO, "ready twice");
	nonsense(SAY("ready=yes\\n" UP "\\n"), -1, EPROTO, "both at once");
	nonsense(SAY(READY "up=yes\\n\\n"), -2, EPROTO, "no protocol");
	nonsense(SAY(READY UP "failure=\\n\\n"), -2, EPROTO, "no failure");
	nonsense(SAY(READY UP "verified=maybe\\n\\n"), -2, EPROTO,
	    "no such verification");
	nonsense(SAY(READY UP "server_name=a%%20b\\n\\n"), -2, EPROTO,
	    "a name that is none");
	nonsense(SAY(READY UP "subject=a%%0Ab\\n\\n"), -2, EPROTO,
	    "a line end in a text");
	nonsense(SAY(READY UP "peer_name=a%%20b\\n\\n"), -2, EPROTO,
	    "a peer's name that is none");
	nonsense(SAY(READY UP "bits=many\\n\\n"), -2, EPROTO, "no number");
	nonsense(SAY(READY UP "x=y\\n\\n"), -2, EPROTO, "no such key");
	patience = 60000; /* 8 MB are heard of it */
	nonsense(READ "printf '" READY "'; yes up=yes 2>/dev/null", -2, EPROTO,
	    "no end");
	nonsense(READ "head -c 100000 /dev/zero", -1, EPROTO, "NULs");
}

/* What tls_read() makes of a request, with a descriptor; *LEFT octets stay. */
static int
read_request(const char *text, struct tls_request *r, size_t *left)
{
	int fd[2], network = -1, result, error;
	char rest[64];
	ssize_t n;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == -1 ||
	    write(fd[0], text, strlen(text)) == -1)
		exit(99);
	shutdown(fd[0], SHUT_WR);
	errno = 0;
	result = tls_read(fd[1], r, &network);
	error = errno;
	n = read(fd[1], rest, sizeof rest);
	*left = n > 0 ? (size_t)n : 0;
	close(fd[0]);
	close(fd[1]);
	errno = error;
	return result;
}

static void
requests(void)
{
	static const char *const bad[] = {"mode=server\n\n",
	    "mode=check\ncertificate=/a\n\n", "mode=client\nverify=pkix\n\n",
	    "mode=client\nverify=dane\nname=a.test\n\n", "mode=none\n\n",
	    "mode=client\nverify=some\n\n", "mode=client\nlenient=so\n\n",
	    "mode=client\ndeadline_ms=4000000000\n\n", "mode=client\nx=y\n\n",
	    "mode=client\n", "mode=client\nx\n\n", ""};
	struct tls_request r;
	size_t left;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ok(read_request(bad[i], &r, &left) == -1 && errno == EBADMSG,
		    "refused: %.*s", (int)strcspn(bad[i], "\n"), bad[i]);
		tls_request_free(&r);
	}
	is_int(read_request("mode=server\ncertificate=/a\nkey=/b\n"
			    "certificate=/c%20d\nkey=/e\nname=mx.test\n"
			    "ca_file=/f\n\n\nEHLO\n\n",
		   &r, &left),
	    0, "a server's request");
	ok(r.mode == TLS_SERVER && r.certificate.n == 2 && r.key.n == 2,
	    "two certificates");
	is_str(r.certificate.item[1], "/c d", "the second");
	is_str(r.ca_file, "/f", "ca_file");
	is_int(r.deadline_ms, TLS_DEADLINE_MS, "the deadline it has by itself");
	is_int((int)left, 7, "what follows is left alone");
	tls_request_free(&r);
	is_int(
	    read_request("mode=client\nverify=dane\ntlsa=3%201%201%20aa\n"
			 "name=a.test\nname=b.test\nserver_name=a.test\n"
			 "server_name=b.test\nlenient=yes\ndeadline_ms=5\n\n",
		&r, &left),
	    0, "a client's request");
	ok(r.mode == TLS_CLIENT && r.verify == TLS_DANE && r.lenient &&
		r.name.n == 2 && r.tlsa.n == 1 && r.deadline_ms == 5,
	    "DANE");
	is_str(r.tlsa.item[0], "3 1 1 aa", "a record");
	is_str(r.server_name, "b.test", "the last of two");
	tls_request_free(&r);
}

/* Of a configuration, and whether it will do for another. */
static void
same(void)
{
	static struct conf c = {.hostname = "mx.test", .certificates = 2};
	struct tls_request of, asked;

	strlcpy(c.certificate[0].file, "/a", CONF_FILE);
	strlcpy(c.certificate[1].file, "/b", CONF_FILE);
	tls_request_of(&c, &of);
	asked = of;
	ok(of.mode == TLS_SERVER && of.certificate.n == 2 && of.key.n == 2 &&
		of.name.n == 1 && of.ca_file == NULL,
	    "what a server asks for");
	asked.deadline_ms = 1;
	ok(tls_same_server(&of, &asked), "a deadline does not matter");
	asked.certificate.item[1] = "/c";
	ok(!tls_same_server(&of, &asked), "another certificate does");
	asked = of;
	asked.certificate.n = asked.key.n = 1;
	ok(!tls_same_server(&of, &asked), "so does one that is missing");
	asked = of;
	asked.ca_file = "/f";
	ok(!tls_same_server(&of, &asked), "so do authorities");
	asked = of;
	asked.mode = TLS_CLIENT;
	ok(!tls_same_server(&of, &asked), "a client asks for none of it");
	asked.mode = TLS_CHECK;
	ok(!tls_same_server(&of, &asked), "and a check looks for itself");
}

int
main(void)
{
	char path[64];

	if (mkdtemp(libexec) == NULL)
		return 99;
	requests();
	answers();
	names();
	same();
	useless();
	snprintf(path, sizeof path, "%s/mx-tls", libexec);
	unlink(path);
	rmdir(libexec);
	return done();
}
