/* SPDX-License-Identifier: ISC */
#include "answer.h"

#include <ctype.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void note_subject(struct tls_answer *, SSL *);
static void note_server_name(struct tls_answer *, const char *);
static void make_printable(char *);

void
answer_fail(
    struct tls_answer *a, enum tls_failure failure, const char *format, ...)
{
	va_list ap;

	a->up = false;
	if (a->failure != TLS_NO_FAILURE)
		return;
	a->failure = failure;
	va_start(ap, format);
	vsnprintf(a->reason, sizeof a->reason, format, ap);
	va_end(ap);
	make_printable(a->reason);
}

void
answer_error(struct tls_answer *a, const char *what)
{
	unsigned long error = ERR_peek_error();
	const char *why = ERR_reason_error_string(error);

	if (ERR_SYSTEM_ERROR(error))
		why = strerror(ERR_GET_REASON(error));
	answer_fail(a, TLS_VALIDATION, "%s: %s", what,
	    why != NULL ? why : "not possible");
}

void
answer_unverified(struct tls_answer *a, long result)
{
	enum tls_failure failure = TLS_VALIDATION;

	switch (result) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
		failure = TLS_HOST_MISMATCH;
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
	case X509_V_ERR_CERT_HAS_EXPIRED:
		failure = TLS_EXPIRED;
		break;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_UNTRUSTED:
	case X509_V_ERR_CERT_REJECTED:
	case X509_V_ERR_INVALID_CA:
		failure = TLS_NOT_TRUSTED;
		break;
	default:
		break;
	}
	answer_fail(a, failure, "certificate: %s",
	    X509_verify_cert_error_string(result));
}

void
answer_up(struct tls_answer *a, SSL *ssl)
{
	a->up = true;
	a->resumed = SSL_session_reused(ssl) == 1;
	a->bits = (unsigned)SSL_get_cipher_bits(ssl, NULL);
	strlcpy(a->protocol, SSL_get_version(ssl), sizeof a->protocol);
	strlcpy(a->cipher, SSL_get_cipher_name(ssl), sizeof a->cipher);
	if (SSL_is_server(ssl))
		note_server_name(
		    a, SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name));
	note_subject(a, ssl);
}

void
answer_names(struct tls_answer *a, X509 *peer)
{
	GENERAL_NAMES *names =
	    X509_get_ext_d2i(peer, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_DNS)
			tls_add_peer_name(a,
			    (const char *)ASN1_STRING_get0_data(
				name->d.dNSName),
			    (size_t)ASN1_STRING_length(name->d.dNSName));
	}
	GENERAL_NAMES_free(names);
}

static void
note_subject(struct tls_answer *a, SSL *ssl)
{
	X509 *peer = SSL_get1_peer_certificate(ssl);
	BIO *text = BIO_new(BIO_s_mem());
	int n;

	if (peer != NULL && text != NULL &&
	    X509_NAME_print_ex(
		text, X509_get_subject_name(peer), 0, XN_FLAG_RFC2253) >= 0) {
		n = BIO_read(text, a->subject, sizeof a->subject - 1);
		a->subject[n > 0 ? n : 0] = '\0';
		make_printable(a->subject);
	}
	BIO_free(text);
	X509_free(peer);
}

/* What is no host name is not worth telling. */
static void
note_server_name(struct tls_answer *a, const char *name)
{
	size_t n = name == NULL ? 0 : strlen(name);

	if (n > DOMAIN_LEN)
		return;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)name[i];

		if (!isalnum(c) && strchr("-._", c) == NULL)
			return;
		a->server_name[i] = (char)tolower(c);
		a->server_name[i + 1] = '\0';
	}
}

static void
make_printable(char *s)
{
	for (; *s != '\0'; s++) {
		if (!isprint((unsigned char)*s))
			*s = '?';
	}
}
