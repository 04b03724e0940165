/* SPDX-License-Identifier: ISC */
/*
 * TLS 1.2 and 1.3 with ephemeral keys and authenticated ciphers (RFC 9325 4.2);
 * no renegotiation, no compression, no early data.
 */
#include "server.h"

#include "answer.h"
#include "certs.h"
#include "ticket.h"

#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"

static SSL_CTX *make_context(const struct tls_request *, struct certs *);
static bool ask_client(SSL_CTX *, const char *);
static int take_any(int, X509_STORE_CTX *);
static int choose(SSL *, void *);
static int acknowledge(SSL *, int *, void *);

SSL *
server_open(const struct tls_request *r, struct tls_answer *a)
{
	struct certs *certs = certs_load(r, a);
	SSL_CTX *ctx;
	SSL *ssl;

	if (certs == NULL)
		return NULL;
	ctx = make_context(r, certs);
	ssl = ctx == NULL ? NULL : SSL_new(ctx);
	SSL_CTX_free(ctx);
	if (ssl == NULL || SSL_set_app_data(ssl, certs) != 1) {
		answer_error(a, "TLS");
		return NULL;
	}
	SSL_set_accept_state(ssl);
	return ssl;
}

void
server_look(SSL *ssl, const struct tls_request *r, struct tls_answer *a)
{
	certs_look(SSL_get_app_data(ssl), r, a);
}

static SSL_CTX *
make_context(const struct tls_request *r, struct certs *certs)
{
	static const unsigned char id[] = "mx-tls";
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL)
		return NULL;
	SSL_CTX_set_options(ctx,
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF |
		SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_cert_cb(ctx, choose, certs);
	SSL_CTX_set_tlsext_servername_callback(ctx, acknowledge);
	SSL_CTX_set_tlsext_servername_arg(ctx, certs);
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
	    SSL_CTX_set_cipher_list(ctx, CIPHERS) == 1 &&
	    SSL_CTX_set_session_id_context(ctx, id, sizeof id - 1) == 1 &&
	    ticket_enable(ctx, certs_first_key(certs)) &&
	    (r->ca_file == NULL || ask_client(ctx, r->ca_file)))
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

/* Any certificate will do for mail; one that verifies is told of. */
static bool
ask_client(SSL_CTX *ctx, const char *file)
{
	STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(file);

	if (names == NULL || SSL_CTX_load_verify_file(ctx, file) != 1)
		return false;
	SSL_CTX_set_client_CA_list(ctx, names);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, take_any);
	return true;
}

static int
take_any(int good, X509_STORE_CTX *x)
{
	(void)good;
	(void)x;
	return 1;
}

static int
choose(SSL *ssl, void *certs)
{
	return certs_choose(
	    certs, ssl, SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name));
}

static int
acknowledge(SSL *ssl, int *alert, void *certs)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

	(void)alert;
	return name != NULL && certs_know(certs, name) ? SSL_TLSEXT_ERR_OK
						       : SSL_TLSEXT_ERR_NOACK;
}
