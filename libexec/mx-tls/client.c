/* SPDX-License-Identifier: ISC */
/*
 * A client may demand nothing but encryption (RFC 7435), a chain to the
 * system's authorities (PKIX; RFC 8461 4.1), or what TLSA records say (DANE
 * for SMTP, RFC 7672).
 */
#include "client.h"

#include <openssl/crypto.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"

enum { USAGE_TA = 2, USAGE_EE = 3 }; /* RFC 7672 3.1: no others for SMTP */

static const char *const bundles[] = {"/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"};

static bool is_named(SSL *, const struct tls_request *);
static SSL_CTX *make_context(const struct tls_request *, struct tls_answer *);
static bool load_authorities(SSL_CTX *, const char *);
static bool demand(SSL *, const struct tls_request *, struct tls_answer *);
static bool demand_name(SSL *, const struct tls_request *);
static bool demand_dane(SSL *, const struct tls_request *, unsigned *usable);
static int add_tlsa(SSL *, const char *);
static const char *number(const char *, unsigned char *);

SSL *
client_open(const struct tls_request *r, struct tls_answer *a)
{
	SSL_CTX *ctx = make_context(r, a);
	SSL *ssl = ctx == NULL ? NULL : SSL_new(ctx);

	SSL_CTX_free(ctx);
	if (ssl == NULL) {
		answer_error(a, "TLS");
		return NULL;
	}
	SSL_set_connect_state(ssl);
	if (demand(ssl, r, a))
		return ssl;
	SSL_free(ssl);
	return NULL;
}

void
client_judge(SSL *ssl, const struct tls_request *r, struct tls_answer *a)
{
	long result = SSL_get_verify_result(ssl);
	bool asked =
	    SSL_is_server(ssl) ? r->ca_file != NULL : r->verify != TLS_ANY;

	if (!asked || a->failure != TLS_NO_FAILURE ||
	    SSL_get0_peer_certificate(ssl) == NULL)
		return;
	if (result == X509_V_OK && !SSL_is_server(ssl) && !is_named(ssl, r)) {
		answer_unverified(a, X509_V_ERR_HOSTNAME_MISMATCH);
		a->up = r->lenient;
	} else if (result != X509_V_OK) {
		answer_unverified(a, result);
		a->up = true;
	} else if (r->verify == TLS_DANE) {
		a->verified = SSL_get0_dane_authority(ssl, NULL, NULL) >= 0
		    ? TLS_BY_DANE
		    : TLS_UNVERIFIED;
	} else {
		a->verified = TLS_BY_PKIX;
		if (SSL_is_server(ssl))
			answer_names(a, SSL_get0_peer_certificate(ssl));
	}
}

/* Looked at once more: OpenSSL forgets the names where memory runs out as it
 * sets out to verify, and finds a certificate for another good. */
static bool
is_named(SSL *ssl, const struct tls_request *r)
{
	X509 *x = SSL_get0_peer_certificate(ssl);
	uint8_t usage = USAGE_TA;

	if (r->verify == TLS_DANE &&
	    (SSL_get0_dane_tlsa(ssl, &usage, NULL, NULL, NULL, NULL) < 0 ||
		usage == USAGE_EE))
		return true;
	for (size_t i = 0; i < r->name.n; i++) {
		if (X509_check_host(x, r->name.item[i], 0,
			X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL) == 1 ||
		    X509_check_ip_asc(x, r->name.item[i], 0) == 1)
			return true;
	}
	return false;
}

static SSL_CTX *
make_context(const struct tls_request *r, struct tls_answer *a)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (ctx == NULL)
		return NULL;
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(
	    ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
	/* where nobody has to be proved right, weak is better than clear */
	if (r->verify == TLS_ANY)
		SSL_CTX_set_security_level(ctx, 1);
	if (r->verify == TLS_PKIX && !load_authorities(ctx, r->ca_file)) {
		answer_error(a, "certificate authorities");
		SSL_CTX_free(ctx);
		return NULL;
	}
	if (r->verify != TLS_DANE || SSL_CTX_dane_enable(ctx) > 0)
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

/* All of them now: in the sandbox no file can be opened. */
static bool
load_authorities(SSL_CTX *ctx, const char *file)
{
	for (size_t i = 0; file == NULL && i < sizeof bundles / sizeof *bundles;
	     i++) {
		if (access(bundles[i], R_OK) == 0)
			file = bundles[i];
	}
	return SSL_CTX_load_verify_file(ctx, file ? file : bundles[0]) == 1;
}

static bool
demand(SSL *ssl, const struct tls_request *r, struct tls_answer *a)
{
	bool firm = r->verify != TLS_ANY && !r->lenient, good = true;
	unsigned usable = 1;

	if (r->server_name != NULL)
		good = SSL_set_tlsext_host_name(ssl, r->server_name) == 1;
	if (good && r->verify == TLS_DANE)
		good = demand_dane(ssl, r, &usable);
	else if (good && r->verify == TLS_PKIX)
		good = demand_name(ssl, r);
	if (!good) {
		answer_error(a, "what is demanded");
		return false;
	}
	if (usable == 0)
		answer_fail(
		    a, TLS_TLSA_INVALID, "no TLSA record is of use for SMTP");
	SSL_set_verify(
	    ssl, firm && usable > 0 ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
	return true;
}

static bool
demand_name(SSL *ssl, const struct tls_request *r)
{
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	for (size_t i = 0; i < r->name.n; i++) {
		if (SSL_add1_host(ssl, r->name.item[i]) != 1)
			return false;
	}
	return true;
}

/* RFC 7672 3.1.1: the record vouches for the key, whatever name and dates are
 * beside it. */
static bool
demand_dane(SSL *ssl, const struct tls_request *r, unsigned *usable)
{
	*usable = 0;
	if (SSL_dane_enable(ssl, r->name.item[0]) <= 0)
		return false;
	SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	for (size_t i = 0; i < r->tlsa.n; i++) {
		int added = add_tlsa(ssl, r->tlsa.item[i]);

		if (added == -1)
			return false;
		*usable += (unsigned)added;
	}
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	for (size_t i = 1; i < r->name.n; i++) {
		if (SSL_add1_host(ssl, r->name.item[i]) != 1)
			return false;
	}
	return true;
}

/* "3 1 1 hex": 1 when it is of use, 0 when it is not, -1 out of memory. */
static int
add_tlsa(SSL *ssl, const char *text)
{
	unsigned char usage, selector, type, *data;
	long n;
	int added;

	if ((text = number(text, &usage)) == NULL ||
	    (text = number(text, &selector)) == NULL ||
	    (text = number(text, &type)) == NULL ||
	    (usage != USAGE_TA && usage != USAGE_EE))
		return 0;
	if ((data = OPENSSL_hexstr2buf(text, &n)) == NULL)
		return 0;
	added = SSL_dane_tlsa_add(ssl, usage, selector, type, data, (size_t)n);
	OPENSSL_free(data);
	return added;
}

/* What is behind the number and its blank, or NULL. */
static const char *
number(const char *s, unsigned char *out)
{
	char *end;
	unsigned long n = strtoul(s, &end, 10);

	if (end == s || *end != ' ' || n > UINT8_MAX)
		return NULL;
	*out = (unsigned char)n;
	return end + 1;
}
