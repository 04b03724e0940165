/* SPDX-License-Identifier: ISC */
#include "certs.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"

struct pair {
	X509 *leaf;
	STACK_OF(X509) * chain;
	EVP_PKEY *key;
};

struct certs {
	const char *own; /* name; NULL: not told */
	size_t n;
	struct pair pair[TLS_LIST];
};

static bool load_pair(
    struct pair *, const char *, const char *, struct tls_answer *);
static bool load_chain(struct pair *, const char *);
static bool load_key(struct pair *, const char *);
static int no_password(char *, int, int, void *);
static void forget(struct certs *);
static bool is_for(const struct pair *, const char *);
static bool give(const struct certs *, SSL *, const char *, int *);
static void look_at_dates(
    const struct certs *, const struct tls_request *, struct tls_answer *);

struct certs *
certs_load(const struct tls_request *r, struct tls_answer *a)
{
	struct certs *c = calloc(1, sizeof *c);

	if (c == NULL) {
		answer_fail(a, TLS_VALIDATION, "out of memory");
		return NULL;
	}
	c->own = r->name.n > 0 ? r->name.item[0] : NULL;
	for (; c->n < r->certificate.n; c->n++) {
		if (!load_pair(&c->pair[c->n], r->certificate.item[c->n],
			r->key.item[c->n], a)) {
			forget(c);
			return NULL;
		}
	}
	return c;
}

EVP_PKEY *
certs_first_key(const struct certs *c)
{
	return c->pair[0].key;
}

bool
certs_know(const struct certs *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++) {
		if (is_for(&c->pair[i], name))
			return true;
	}
	return false;
}

int
certs_choose(const struct certs *c, SSL *ssl, const char *name)
{
	int given = 0;

	if (name != NULL && !give(c, ssl, name, &given))
		return 0;
	if (given == 0 && c->own != NULL && !give(c, ssl, c->own, &given))
		return 0;
	return given > 0 ||
	    SSL_use_cert_and_key(
		ssl, c->pair[0].leaf, c->pair[0].key, c->pair[0].chain, 1) == 1;
}

void
certs_look(
    const struct certs *c, const struct tls_request *r, struct tls_answer *a)
{
	if (c->own != NULL && !certs_know(c, c->own))
		answer_fail(a, TLS_HOST_MISMATCH,
		    "no certificate is for the name %s", c->own);
	look_at_dates(c, r, a);
}

static bool
load_pair(struct pair *p, const char *certificate, const char *key,
    struct tls_answer *a)
{
	ERR_clear_error();
	if (!load_chain(p, certificate))
		answer_error(a, certificate);
	else if (!load_key(p, key))
		answer_error(a, key);
	else if (X509_check_private_key(p->leaf, p->key) != 1)
		answer_fail(a, TLS_VALIDATION,
		    "%s: not the key of the certificate %s", key, certificate);
	else
		return true;
	return false;
}

/* The certificate, and behind it those that lead to an authority. */
static bool
load_chain(struct pair *p, const char *file)
{
	BIO *in;
	X509 *x;

	if ((p->chain = sk_X509_new_null()) == NULL ||
	    (in = BIO_new_file(file, "r")) == NULL)
		return false;
	p->leaf = PEM_read_bio_X509(in, NULL, no_password, NULL);
	while (p->leaf != NULL &&
	    (x = PEM_read_bio_X509(in, NULL, no_password, NULL)) != NULL &&
	    sk_X509_push(p->chain, x) > 0)
		continue;
	BIO_free(in);
	if (p->leaf != NULL) /* the end of the file is no error */
		ERR_clear_error();
	return p->leaf != NULL;
}

static bool
load_key(struct pair *p, const char *file)
{
	BIO *in = BIO_new_file(file, "r");

	if (in == NULL)
		return false;
	p->key = PEM_read_bio_PrivateKey(in, NULL, no_password, NULL);
	BIO_free(in);
	return p->key != NULL;
}

/* Nobody is there to type one. */
static int
no_password(char *out, int size, int writing, void *arg)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static void
forget(struct certs *c)
{
	for (size_t i = 0; i < TLS_LIST; i++) {
		X509_free(c->pair[i].leaf);
		sk_X509_pop_free(c->pair[i].chain, X509_free);
		EVP_PKEY_free(c->pair[i].key);
	}
	free(c);
}

static bool
is_for(const struct pair *p, const char *name)
{
	return X509_check_host(p->leaf, name, strlen(name), 0, NULL) == 1;
}

/* Backwards: of two with the same kind of key the first one stays. */
static bool
give(const struct certs *c, SSL *ssl, const char *name, int *given)
{
	for (size_t i = c->n; i-- > 0;) {
		const struct pair *p = &c->pair[i];

		if (!is_for(p, name))
			continue;
		if (SSL_use_cert_and_key(ssl, p->leaf, p->key, p->chain, 1) !=
		    1)
			return false;
		++*given;
	}
	return true;
}

static void
look_at_dates(
    const struct certs *c, const struct tls_request *r, struct tls_answer *a)
{
	for (size_t i = 0; i < c->n; i++) {
		X509 *x = c->pair[i].leaf;

		if (X509_cmp_current_time(X509_get0_notAfter(x)) < 0)
			answer_fail(a, TLS_EXPIRED, "%s has expired",
			    r->certificate.item[i]);
		else if (X509_cmp_current_time(X509_get0_notBefore(x)) > 0)
			answer_fail(a, TLS_EXPIRED, "%s is not valid yet",
			    r->certificate.item[i]);
	}
}
