/* SPDX-License-Identifier: ISC */
/*
 * Tickets are sealed with keys that every mx-tls makes for itself out of the
 * private key and the day (HKDF, RFC 5869), so that nothing is kept or shared.
 * Who steals the private key can open old tickets; therefore only TLS 1.3 has
 * them, where a resumed session makes new ephemeral keys all the same
 * (psk_dhe_ke, RFC 8446 2.2) and what was said stays secret.
 */
#include "ticket.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	NAME = 16, /* SSL_CTX_set_tlsext_ticket_key_evp_cb(3) */
	IV = 16,
	AES = 32,
	SEAL = 32,
	SECRET = 32,
	LIFETIME = 6 * 3600,
	DAY = 86400
};

struct key { /* of one day, as HKDF makes it */
	unsigned char name[NAME], aes[AES], hmac[SEAL];
};

static bool make_secret(EVP_PKEY *, unsigned char[SECRET]);
static bool make_key(const unsigned char *secret, time_t day, struct key *);
static bool derive(
    const unsigned char *, size_t, const char *, unsigned char *, size_t);
static int seal_or_open(SSL *, unsigned char *, unsigned char *,
    EVP_CIPHER_CTX *, EVP_MAC_CTX *, int);
static bool find_key(
    const unsigned char *secret, const unsigned char *name, struct key *);
static bool set_mac(EVP_MAC_CTX *, const struct key *);

bool
ticket_enable(SSL_CTX *ctx, EVP_PKEY *key)
{
	unsigned char *secret = malloc(SECRET);

	if (secret == NULL || !make_secret(key, secret) ||
	    SSL_CTX_set_app_data(ctx, secret) != 1) {
		free(secret);
		return false;
	}
	SSL_CTX_set_timeout(ctx, LIFETIME);
	SSL_CTX_set_num_tickets(ctx, 1);
	return SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, seal_or_open) == 1;
}

static bool
make_secret(EVP_PKEY *key, unsigned char secret[SECRET])
{
	unsigned char *der = NULL;
	int n = i2d_PrivateKey(key, &der);
	bool good = n > 0 &&
	    derive(der, (size_t)n, "mx-tls ticket secret", secret, SECRET);

	if (n > 0)
		OPENSSL_clear_free(der, (size_t)n);
	return good;
}

static bool
make_key(const unsigned char *secret, time_t day, struct key *key)
{
	char info[64];

	snprintf(
	    info, sizeof info, "mx-tls ticket key of day %lld", (long long)day);
	return derive(secret, SECRET, info, (unsigned char *)key, sizeof *key);
}

static bool
derive(const unsigned char *from, size_t n, const char *info,
    unsigned char *out, size_t size)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
	    OSSL_PARAM_construct_octet_string(
		OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)from, n),
	    OSSL_PARAM_construct_octet_string(
		OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info, strlen(info)),
	    OSSL_PARAM_construct_end()};
	bool good = ctx != NULL && EVP_KDF_derive(ctx, out, size, params) == 1;

	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return good;
}

/* 1: done; 2: done, and a new one is due; 0: no ticket here; -1: an error. */
static int
seal_or_open(SSL *ssl, unsigned char *name, unsigned char *iv,
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int sealing)
{
	const unsigned char *secret =
	    SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	struct key key;

	if (SSL_version(ssl) != TLS1_3_VERSION)
		return 0;
	if (sealing == 0) {
		if (!find_key(secret, name, &key))
			return 0;
		if (EVP_DecryptInit_ex(
			cipher, EVP_aes_256_cbc(), NULL, key.aes, iv) != 1)
			return -1;
		return set_mac(mac, &key) ? 2 : -1;
	}
	if (!make_key(secret, time(NULL) / DAY, &key) ||
	    RAND_bytes(iv, IV) != 1 ||
	    EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, key.aes, iv) !=
		1 ||
	    !set_mac(mac, &key))
		return -1;
	memcpy(name, key.name, NAME);
	return 1;
}

/* Today's key or yesterday's. */
static bool
find_key(
    const unsigned char *secret, const unsigned char *name, struct key *key)
{
	time_t today = time(NULL) / DAY;

	for (int ago = 0; ago <= 1; ago++) {
		if (make_key(secret, today - ago, key) &&
		    memcmp(key->name, name, NAME) == 0)
			return true;
	}
	return false;
}

static bool
set_mac(EVP_MAC_CTX *mac, const struct key *key)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY,
		(void *)(uintptr_t)key->hmac, sizeof key->hmac),
	    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
	    OSSL_PARAM_construct_end()};

	return EVP_MAC_CTX_set_params(mac, params) == 1;
}
