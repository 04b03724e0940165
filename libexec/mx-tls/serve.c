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

static const struct sandbox box = {.memory = 128 << 20, .seconds = 3600};

static void load_library(void);
static int answer(
    const struct tls_request *, const struct served *, int network);
static SSL *set_up(
    const struct tls_request *, const struct served *, struct tls_answer *);
static void work(
    SSL *, const struct tls_request *, int network, struct tls_answer *);

int
serve_prepare(struct served *s, const char *conf)
{
	load_library();
	s->ready = ready_load(conf);
	s->filter = sandbox_prepare(&box);
	return s->ready == NULL || s->filter == NULL ? -1 : 0;
}

int
serve(const struct served *s, int spare)
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
	return answer(&request, s, network);
}

static void
load_library(void)
{
	OPENSSL_init_ssl(
	    OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_LOAD_SSL_STRINGS, NULL);
}

static int
answer(const struct tls_request *r, const struct served *s, int network)
{
	static struct tls_answer a;
	static SSL *ssl; /* both end with the process */

	ssl = set_up(r, s, &a);
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
set_up(
    const struct tls_request *r, const struct served *s, struct tls_answer *a)
{
	struct sandbox own = box;
	SSL *ssl = NULL;

	own.filter = s->filter;
	load_library();
	if (s->ready != NULL)
		ssl = ready_for(s->ready, r);
	if (ssl == NULL)
		ssl = r->mode == TLS_CLIENT ? client_open(r, a)
					    : server_open(r, a);
	if (ssl == NULL || sandbox_enter(&own) == 0)
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
