/* SPDX-License-Identifier: ISC */
/*
 * Key records (RFC 6376 3.6, RFC 8301 3.2, RFC 8463): one, short enough,
 * without duplicate tags, of the signature's type and with bits enough.
 */
#include "key.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "signature.h"
#include "taglist.h"

enum { RSA_BITS = 1024 /* RFC 8301 3.2 */, ED25519_OCTETS = 32 };

static bool no_key(struct dkim_signature *, enum dns_status);
static bool is_testing(const char *, size_t);
static bool lists(
    const char *, size_t, const char *name, const char *one, const char *other);
static bool check_rsa(struct dkim_signature *, const unsigned char *, int);

bool
key_fetch(
    struct key_source *from, struct dkim_signature *s, char *out, size_t size)
{
	char name[2 * DOMAIN_LEN + 16];
	enum dns_status status = DNS_NXDOMAIN;
	const char *record;
	size_t n;

	snprintf(name, sizeof name, "%s._domainkey.%s", s->selector, s->domain);
	if (strlen(name) <= DOMAIN_LEN)
		status = dns_txt(from->dns, name, from->deadline, &from->text);
	if (status != DNS_FOUND)
		return no_key(s, status);
	if (from->text.n > 1)
		return signature_refuse(
		    s, DKIM_PERMERROR, "more than one key record");
	record = from->text.record[0].octets;
	n = from->text.record[0].len;
	if (n >= size || n > KEY_RECORD)
		return signature_refuse(
		    s, DKIM_PERMERROR, "the key record is too long");
	if (!key_check(record, n, s))
		return false;
	memcpy(out, record, n);
	out[n] = '\0';
	return true;
}

bool
key_check(const char *record, size_t n, struct dkim_signature *s)
{
	unsigned char octets[BASE64_ROOM];
	bool edwards = strcmp(s->algorithm, "ed25519-sha256") == 0;
	struct tag p, k = {.value = "rsa", .value_len = 3}, t;
	int len;

	if (n > KEY_RECORD || !taglist_valid(record, n))
		return signature_refuse(s, DKIM_PERMERROR,
		    "the key record has malformed or duplicate tags");
	s->testing = is_testing(record, n);
	if (taglist_get(record, n, "k", &t))
		k = t;
	if (!tag_value_is(&k, edwards ? "ed25519" : "rsa"))
		return signature_refuse(s, DKIM_PERMERROR,
		    "the key is not of the signature's type");
	if (!taglist_get(record, n, "p", &p))
		return signature_refuse(
		    s, DKIM_PERMERROR, "the key record has no key");
	if (p.value_len == 0)
		return signature_refuse(
		    s, DKIM_PERMERROR, "the key is revoked");
	if ((len = base64_tag(&p, octets)) == -1)
		return signature_refuse(
		    s, DKIM_PERMERROR, "the key is not base64");
	if (!edwards)
		return check_rsa(s, octets, len);
	return len == ED25519_OCTETS ||
	    signature_refuse(
		s, DKIM_PERMERROR, "the key has not the size of its type");
}

EVP_PKEY *
key_rsa(const char *record, size_t n)
{
	unsigned char octets[BASE64_ROOM];
	const unsigned char *at = octets;
	struct tag p;
	int len;

	if (!taglist_get(record, n, "p", &p) ||
	    (len = base64_tag(&p, octets)) == -1)
		return NULL;
	return d2i_PUBKEY(NULL, &at, len);
}

bool
key_allows(const char *record, size_t n)
{
	return lists(record, n, "h", "sha256", "sha256") &&
	    lists(record, n, "s", "*", "email");
}

static bool
no_key(struct dkim_signature *s, enum dns_status status)
{
	if (status == DNS_TEMPFAIL)
		return signature_refuse(
		    s, DKIM_TEMPERROR, "no answer from the DNS for the key");
	return signature_refuse(s, DKIM_PERMERROR, "no key record");
}

/* "t=y:s" */
static bool
is_testing(const char *record, size_t n)
{
	struct tag t;

	if (!taglist_get(record, n, "t", &t))
		return false;
	for (size_t i = 0; i < t.value_len; i++) {
		if (t.value[i] == 'y')
			return true;
	}
	return false;
}

/* "h=sha1:sha256": either word is in the list, or there is none. */
static bool
lists(const char *record, size_t n, const char *name, const char *one,
    const char *other)
{
	const char *at, *end;
	struct tag t, word;

	if (!taglist_get(record, n, name, &t))
		return true;
	for (at = t.value, end = at + t.value_len; at < end;) {
		const char *stop = memchr(at, ':', (size_t)(end - at));

		if (stop == NULL)
			stop = end;
		while (at < stop && (*at == ' ' || *at == '\t'))
			at++;
		word =
		    (struct tag){.value = at, .value_len = (size_t)(stop - at)};
		while (word.value_len > 0 &&
		    (at[word.value_len - 1] == ' ' ||
			at[word.value_len - 1] == '\t'))
			word.value_len--;
		if (tag_value_is(&word, one) || tag_value_is(&word, other))
			return true;
		at = stop < end ? stop + 1 : end;
	}
	return false;
}

static bool
check_rsa(struct dkim_signature *s, const unsigned char *octets, int len)
{
	EVP_PKEY *key = d2i_PUBKEY(NULL, &octets, len);
	char reason[DKIM_REASON];
	int bits = 0;

	if (key != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
		bits = EVP_PKEY_get_bits(key);
	EVP_PKEY_free(key);
	if (bits >= RSA_BITS)
		return true;
	if (bits <= 0)
		return signature_refuse(
		    s, DKIM_PERMERROR, "the key is no RSA key");
	snprintf(reason, sizeof reason,
	    "the key has %d bits, less than %d (RFC 8301)", bits, RSA_BITS);
	return signature_refuse(s, DKIM_POLICY, reason);
}
