/* SPDX-License-Identifier: ISC */
#include "ring.h"

#include <string.h>

#include "signature.h"

static EVP_PKEY *fetch(struct ring *, struct dkim_signature *);

EVP_PKEY *
ring_key(struct ring *r, struct dkim_signature *s)
{
	struct ring_key *k;

	for (unsigned i = 0; i < RING_KEYS; i++) {
		k = &r->of[i];
		if (k->key != NULL && strcmp(k->domain, s->domain) == 0 &&
		    strcmp(k->selector, s->selector) == 0)
			return k->key;
	}
	if (r->asked == RING_LOOKUPS) {
		signature_refuse(s, DKIM_PERMERROR, "there are too many keys");
		return NULL;
	}
	k = &r->of[r->asked++ % RING_KEYS];
	EVP_PKEY_free(k->key);
	k->key = fetch(r, s);
	strlcpy(k->domain, s->domain, sizeof k->domain);
	strlcpy(k->selector, s->selector, sizeof k->selector);
	return k->key;
}

void
ring_empty(struct ring *r)
{
	for (unsigned i = 0; i < RING_KEYS; i++) {
		EVP_PKEY_free(r->of[i].key);
		r->of[i].key = NULL;
	}
}

static EVP_PKEY *
fetch(struct ring *r, struct dkim_signature *s)
{
	char record[KEY_RECORD + 1];
	EVP_PKEY *key;

	if (!key_fetch(&r->source, s, record, sizeof record))
		return NULL;
	if (!key_allows(record, strlen(record))) {
		signature_refuse(
		    s, DKIM_PERMERROR, "the key is not for mail and SHA-256");
		return NULL;
	}
	if ((key = key_rsa(record, strlen(record))) == NULL)
		signature_refuse(s, DKIM_PERMERROR, "the key is no RSA key");
	return key;
}
