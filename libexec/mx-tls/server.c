/* SPDX-License-Identifier: ISC */
/*
 * TLS 1.2 and 1.3 with ephemeral keys and authenticated ciphers (RFC 9325 4.2);
 * no renegotiation, no compression, no early data.
 */
#include "server.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "answer.h"
#include "certs.h"
#include "ticket.h"

#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"

static SSL_CTX *make_context(struct certs *);
static bool ask_client(SSL *, const char *);
static int judge(X509_STORE_CTX *, void *);
static bool is_for_tls(X509 *);
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
	ctx = make_context(certs);
	ssl = ctx == NULL ? NULL : SSL_new(ctx);
	SSL_CTX_free(ctx);
	if (ssl == NULL || SSL_set_app_data(ssl, certs) != 1) {
		answer_error(a, "TLS");
		return NULL;
	}
	SSL_set_accept_state(ssl);
	/* without its file nobody is asked, and all else goes on */
	ERR_clear_error();
	if (r->ca_file != NULL && !ask_client(ssl, r->ca_file) &&
	    r->mode == TLS_CHECK)
		answer_error(a, r->ca_file);
	return ssl;
}

void
server_look(SSL *ssl, const struct tls_request *r, struct tls_answer *a)
{
	certs_look(SSL_get_app_data(ssl), r, a);
}

static SSL_CTX *
make_context(struct certs *certs)
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
	    ticket_enable(ctx, certs_first_key(certs)))
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

/*
 * Any certificate will do for mail; one that verifies is told of.  The file may
 * hold those of clients themselves.  No list of names goes out: who has one
 * certificate sends it, and the system's authorities would fill 20 KB.
 */
static bool
ask_client(SSL *ssl, const char *file)
{
	SSL_CTX *ctx = SSL_get_SSL_CTX(ssl);

	if (SSL_CTX_load_verify_file(ctx, file) != 1)
		return false;
	X509_VERIFY_PARAM_set_flags(
	    SSL_get0_param(ssl), X509_V_FLAG_PARTIAL_CHAIN);
	SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, judge, NULL);
	return true;
}

/* A mail server has one certificate, which is for servers: authorities of the
 * public no longer give others. */
static int
judge(X509_STORE_CTX *x, void *arg)
{
	(void)arg;
	X509_VERIFY_PARAM_set_purpose(
	    X509_STORE_CTX_get0_param(x), X509_PURPOSE_ANY);
	if (X509_verify_cert(x) != 1) {
		if (X509_STORE_CTX_get_error(x) == X509_V_OK)
			X509_STORE_CTX_set_error(x, X509_V_ERR_UNSPECIFIED);
	} else if (!is_for_tls(X509_STORE_CTX_get0_cert(x))) {
		X509_STORE_CTX_set_error(x, X509_V_ERR_INVALID_PURPOSE);
	}
	return 1;
}

static bool
is_for_tls(X509 *x)
{
	return X509_check_purpose(x, X509_PURPOSE_SSL_SERVER, 0) == 1 ||
	    X509_check_purpose(x, X509_PURPOSE_SSL_CLIENT, 0) == 1;
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
