/* SPDX-License-Identifier: ISC */
#include "signer.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BITS_LEAST = 1024 /* RFC 8301 3.2 */, BITS_MOST = 4096 };
enum { SIGNATURE_MOST = BITS_MOST / 8 };

struct signer {
	EVP_PKEY *key;
	EVP_MD_CTX *digest, *signature;
};

static EVP_PKEY *read_key(const char *, char error[SEAL_ERROR]);
static bool is_good(EVP_PKEY *);
static int no_password(char *, int, int, void *);
static void update(void *, const char *, size_t);

struct signer *
signer_new(const char *file, char error[SEAL_ERROR])
{
	struct signer *s = calloc(1, sizeof *s);

	strlcpy(error, "no memory", SEAL_ERROR);
	if (s == NULL)
		return NULL;
	/* the system's openssl.cnf has no say, and costs time */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	s->digest = EVP_MD_CTX_new();
	s->signature = EVP_MD_CTX_new();
	if (s->digest != NULL && s->signature != NULL &&
	    (s->key = read_key(file, error)) != NULL &&
	    signer_begin_digest(s)) {
		*error = '\0';
		return s;
	}
	signer_free(s);
	return NULL;
}

void
signer_free(struct signer *s)
{
	if (s == NULL)
		return;
	EVP_MD_CTX_free(s->digest);
	EVP_MD_CTX_free(s->signature);
	EVP_PKEY_free(s->key);
	free(s);
}

bool
signer_begin_digest(struct signer *s)
{
	return EVP_DigestInit_ex(s->digest, EVP_sha256(), NULL) == 1;
}

bool
signer_begin(struct signer *s, struct canon *c)
{
	canon_init(c, update, s->signature);
	EVP_MD_CTX_reset(s->signature);
	return EVP_DigestSignInit(
		   s->signature, NULL, EVP_sha256(), NULL, s->key) == 1;
}

void
signer_digest(void *signer, const char *octets, size_t n)
{
	const struct signer *s = signer;

	EVP_DigestUpdate(s->digest, octets, n);
}

bool
signer_end_digest(struct signer *s, char out[SIGNER_TEXT])
{
	unsigned char octets[EVP_MAX_MD_SIZE];
	unsigned n;

	if (EVP_DigestFinal_ex(s->digest, octets, &n) != 1)
		return false;
	EVP_EncodeBlock((unsigned char *)out, octets, (int)n);
	return true;
}

bool
signer_end(struct signer *s, char out[SIGNER_TEXT])
{
	unsigned char octets[SIGNATURE_MOST];
	size_t n = sizeof octets;

	if (EVP_DigestSignFinal(s->signature, octets, &n) != 1)
		return false;
	EVP_EncodeBlock((unsigned char *)out, octets, (int)n);
	return true;
}

static EVP_PKEY *
read_key(const char *file, char error[SEAL_ERROR])
{
	FILE *f = fopen(file, "re");
	EVP_PKEY *key;

	if (f == NULL) {
		snprintf(error, SEAL_ERROR, "the key can not be read: %m");
		return NULL;
	}
	key = PEM_read_PrivateKey(f, NULL, no_password, NULL);
	fclose(f);
	if (key != NULL && is_good(key))
		return key;
	snprintf(error, SEAL_ERROR, "the key is no RSA key of %d to %d bits",
	    BITS_LEAST, BITS_MOST);
	EVP_PKEY_free(key);
	return NULL;
}

static bool
is_good(EVP_PKEY *key)
{
	return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
	    EVP_PKEY_get_bits(key) >= BITS_LEAST &&
	    EVP_PKEY_get_bits(key) <= BITS_MOST;
}

static int
no_password(char *out, int size, int writing, void *ctx)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

static void
update(void *ctx, const char *octets, size_t n)
{
	EVP_DigestSignUpdate(ctx, octets, n);
}
