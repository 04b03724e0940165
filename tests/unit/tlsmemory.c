/* SPDX-License-Identifier: ISC */
/*
 * Memory runs out for OpenSSL, at one allocation after another: a handshake
 * fails with a reason or comes about, and nobody is verified who is not the one
 * that was asked for.  TLS_MEMORY_STEP=1 tries each, and not one of 41.
 */
#include <openssl/crypto.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../libexec/mx-tls/client.h"
#include "../../libexec/mx-tls/handshake.h"
#include "../../libexec/mx-tls/server.h"
#include "tap.h"
#include "wire.h"

enum { DEADLINE_MS = 5000, STEP = 41, MOST = 100000 };

static char file[] = "/tmp/unit-XXXXXX";
static long at, calls; /* the allocation that fails; 0: none */
static struct tls_answer answer;

static bool
is_out(void)
{
	return at != 0 && ++calls == at;
}

static void *
try_malloc(size_t n, const char *where, int line)
{
	(void)where;
	(void)line;
	return is_out() ? NULL : malloc(n);
}

static void *
try_realloc(void *p, size_t n, const char *where, int line)
{
	(void)where;
	(void)line;
	return is_out() ? NULL : realloc(p, n);
}

static void
try_free(void *p, const char *where, int line)
{
	(void)where;
	(void)line;
	free(p);
}

/* A self-signed certificate for mx.test, and its key. */
static void
make_certificate(void)
{
	pid_t pid;
	int status;

	close(mkstemp(file));
	if ((pid = fork()) == 0) {
		close(2);
		execlp("openssl", "openssl", "req", "-x509", "-newkey", "ec",
		    "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
		    "2", "-subj", "/CN=mx.test", "-addext",
		    "subjectAltName=DNS:mx.test", "-keyout", file, "-out", file,
		    NULL);
		_exit(99);
	}
	if (waitpid(pid, &status, 0) == -1 || status != 0)
		exit(99);
}

/* ---- the peer, which has all the memory it wants */

static void
be_peer(int fd, bool server)
{
	struct tls_request as_server = {.mode = TLS_SERVER,
	    .certificate = {1, {file}},
	    .key = {1, {file}},
	    .name = {1, {"mx.test"}}};
	struct tls_request as_client = {.mode = TLS_CLIENT};
	struct tls_answer a = {.up = false};
	char octet;
	SSL *ssl =
	    server ? server_open(&as_server, &a) : client_open(&as_client, &a);

	if (ssl != NULL && handshake(ssl, fd, wire_now() + DEADLINE_MS, &a))
		SSL_read(ssl, &octet, 1);
	_exit(0);
}

static void
meet(const struct tls_request *r)
{
	bool serves = r->mode == TLS_SERVER;
	long fails = at;
	int sv[2];
	pid_t pid;
	SSL *ssl;

	at = 0;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == -1 ||
	    (pid = fork()) == -1)
		exit(99);
	if (pid == 0) {
		close(sv[0]);
		be_peer(sv[1], !serves);
	}
	close(sv[1]);
	answer = (struct tls_answer){.up = false};
	at = fails;
	ssl = serves ? server_open(r, &answer) : client_open(r, &answer);
	if (ssl != NULL &&
	    handshake(ssl, sv[0], wire_now() + DEADLINE_MS, &answer) && !serves)
		client_judge(ssl, r, &answer);
	if (ssl != NULL && serves)
		server_look(ssl, r, &answer);
	SSL_free(ssl);
	at = 0;
	close(sv[0]);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
each(const char *name, const struct tls_request *r, enum tls_verified most)
{
	const char *wrong = NULL, *step = getenv("TLS_MEMORY_STEP");
	long n = 1, far = step == NULL ? STEP : strtol(step, NULL, 10);

	for (; wrong == NULL && n < MOST; n += far) {
		calls = 0;
		at = n;
		meet(r);
		if (answer.verified > most)
			wrong = "verified";
		if (!answer.up && *answer.reason == '\0')
			wrong = "no reason";
		if (calls < n)
			break;
	}
	if (!ok(wrong == NULL && n < MOST, "%s: %ld allocations", name, n))
		printf("# %s at %ld\n", wrong, n);
}

int
main(void)
{
	struct tls_request server = {.mode = TLS_SERVER,
	    .certificate = {1, {file}},
	    .key = {1, {file}},
	    .name = {1, {"mx.test"}}};
	struct tls_request any = {.mode = TLS_CLIENT};
	struct tls_request it = {.mode = TLS_CLIENT,
	    .verify = TLS_PKIX,
	    .ca_file = file,
	    .name = {1, {"mx.test"}}};
	struct tls_request other = {.mode = TLS_CLIENT,
	    .verify = TLS_PKIX,
	    .ca_file = file,
	    .name = {1, {"other.test"}}};

	if (CRYPTO_set_mem_functions(try_malloc, try_realloc, try_free) != 1)
		return 99;
	signal(SIGPIPE, SIG_IGN);
	make_certificate();
	meet(&it); /* what is kept is there then */
	ok(answer.up && answer.verified == TLS_BY_PKIX, "with all memory");
	each("a server", &server, TLS_UNVERIFIED);
	each("a client", &any, TLS_UNVERIFIED);
	each("with whom it is meant to be", &it, TLS_BY_PKIX);
	each("with another", &other, TLS_UNVERIFIED);
	unlink(file);
	return done();
}
