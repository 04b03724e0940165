/* SPDX-License-Identifier: ISC */
/* Files, sandbox, handshake, octets: in this order. */
#include "serve.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

#include "answer.h"
#include "client.h"
#include "handshake.h"
#include "sandbox.h"
#include "server.h"
#include "shovel.h"
#include "wire.h"

enum { MEMORY = 128 << 20, CPU_SECONDS = 3600 };

static int answer(const struct tls_request *, SSL *, int network);
static SSL *set_up(const struct tls_request *, SSL *, struct tls_answer *);
static void work(
    SSL *, const struct tls_request *, int network, struct tls_answer *);

void
serve_init(void)
{
	OPENSSL_init_ssl(
	    OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_LOAD_SSL_STRINGS, NULL);
}

int
serve(const struct ready *ready, int spare)
{
	static struct tls_request request;
	int network;

	if (tls_read(STDIN_FILENO, &request, &network) == -1) {
		warn("request");
		return errno == EBADMSG ? EX_USAGE : EX_TEMPFAIL;
	}
	if (network == -1 && request.mode != TLS_CHECK &&
	    fcntl(network = spare, F_GETFD) == -1) {
		warnx("no network socket came along");
		return EX_USAGE;
	}
	return answer(&request,
	    ready == NULL ? NULL : ready_for(ready, &request), network);
}

static int
answer(const struct tls_request *r, SSL *ready, int network)
{
	static struct tls_answer a;
	SSL *ssl = set_up(r, ready, &a);

	if (ssl != NULL) {
		if (tls_write_ready(STDOUT_FILENO) == -1)
			return EX_TEMPFAIL;
		work(ssl, r, network, &a);
	}
	if (tls_write(STDOUT_FILENO, &a) == -1)
		return EX_TEMPFAIL;
	if (a.up)
		shovel(ssl, network);
	return EX_OK;
}

/* Ready to meet strangers; NULL when the answer says why not. */
static SSL *
set_up(const struct tls_request *r, SSL *ready, struct tls_answer *a)
{
	const struct sandbox box = {.memory = MEMORY, .seconds = CPU_SECONDS};
	SSL *ssl = ready;

	if (ready == NULL)
		serve_init();
	if (ssl == NULL)
		ssl = r->mode == TLS_CLIENT ? client_open(r, a)
					    : server_open(r, a);
	if (ssl == NULL || sandbox_enter(&box) == 0)
		return ssl;
	answer_fail(a, TLS_VALIDATION, "no sandbox");
	return NULL;
}

static void
work(SSL *ssl, const struct tls_request *r, int network, struct tls_answer *a)
{
	if (r->mode == TLS_CHECK)
		server_look(ssl, r, a);
	else if (handshake(ssl, network, wire_now() + r->deadline_ms, a))
		client_judge(ssl, r, a);
}
