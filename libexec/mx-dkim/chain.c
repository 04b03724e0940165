/* SPDX-License-Identifier: ISC */
/*
 * A chain is verified from its newest set down, so that nobody has us fetch a
 * key who did not sign for the one before.  The bodies of all sets are hashed
 * in one pass: there are two forms of a body, for a signature over a part of it
 * is none.
 */
#include "chain.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arc.h"
#include "base64.h"
#include "ring.h"
#include "signature.h"
#include "wire.h"

enum { SHA256_OCTETS = 32 };

struct body { /* hashed */
	bool wanted;
	struct canon_body canon;
	EVP_MD_CTX *hash;
	unsigned char digest[SHA256_OCTETS];
};

struct promise { /* of an ARC-Message-Signature that verified */
	bool made, relaxed;
	bool limited;
	uint64_t limit; /* its l= */
	unsigned char digest[SHA256_OCTETS];
};

struct chain {
	struct arc arc;
	struct ring ring;
	struct dkim_arc *out;
	EVP_MD_CTX *verifier;
	bool hashing;
	struct body body[2];		      /* simple, relaxed */
	struct promise promise[ARC_SETS + 1]; /* by instance */
};

static const char *const message_tags[] = {"a", "b", "bh", "d", "h", "s", NULL};
static const char *const seal_tags[] = {"a", "b", "cv", "d", "s", NULL};

static bool verify_message(struct chain *, unsigned, struct dkim_signature *);
static bool verify_seals(struct chain *, struct dkim_signature *);
static bool verify_seal(struct chain *, unsigned, struct dkim_signature *);
static bool check_tags(struct chain *, unsigned field, const char *const *,
    struct dkim_signature *);
static bool check_times(
    struct chain *, unsigned field, struct dkim_signature *);
static bool read_time(const struct tag *, int64_t *);
static bool read_promise(
    struct chain *, unsigned field, struct promise *, struct dkim_signature *);
static bool begin_signature(struct chain *, struct dkim_signature *);
static bool matches(struct chain *, unsigned field, struct dkim_signature *);
static void start_bodies(struct chain *);
static bool is_kept(struct chain *, unsigned);
static bool refuse(struct chain *, unsigned, const struct dkim_signature *);
static void set_result(
    struct chain *, enum arc_result, unsigned i, const char *);
static void update_verifier(void *, const char *, size_t);
static void update_hash(void *, const char *, size_t);

struct chain *
chain_new(void)
{
	struct chain *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->verifier = EVP_MD_CTX_new();
	c->body[0].hash = EVP_MD_CTX_new();
	c->body[1].hash = EVP_MD_CTX_new();
	if (c->verifier != NULL && c->body[0].hash != NULL &&
	    c->body[1].hash != NULL)
		return c;
	chain_free(c);
	return NULL;
}

void
chain_free(struct chain *c)
{
	if (c == NULL)
		return;
	ring_empty(&c->ring);
	EVP_MD_CTX_free(c->verifier);
	EVP_MD_CTX_free(c->body[0].hash);
	EVP_MD_CTX_free(c->body[1].hash);
	free(c);
}

void
chain_begin(
    struct chain *c, const struct key_source *keys, struct dkim_arc *out)
{
	c->ring.source.dns = keys->dns;
	c->ring.source.deadline = keys->deadline;
	c->out = out;
	*out = (struct dkim_arc){.result = ARC_NONE};
	arc_init(&c->arc);
}

void
chain_field(struct chain *c, const char *field, size_t n)
{
	arc_push(&c->arc, field, n);
}

bool
chain_header_end(struct chain *c)
{
	struct key_source *keys = &c->ring.source;
	struct dkim_signature s;
	unsigned n = c->arc.n;

	if (!c->arc.found)
		return false;
	keys->deadline -= (keys->deadline - wire_now()) / 2;
	c->out->instance = n;
	if (!arc_is_chain(&c->arc)) {
		set_result(c, ARC_FAIL, 0, c->arc.wrong);
		c->out->closed = arc_has_failed(&c->arc);
		return false;
	}
	if (!verify_message(c, n, &s))
		return refuse(c, n, &s);
	if (!verify_seals(c, &s))
		return false;
	for (unsigned i = n - 1; i > 0; i--) {
		if (!verify_message(c, i, &s))
			break;
	}
	start_bodies(c);
	return c->hashing;
}

void
chain_body(struct chain *c, const char *octets, size_t n)
{
	for (int i = 0; i < 2 && c->hashing; i++) {
		if (c->body[i].wanted)
			canon_body_push(&c->body[i].canon, octets, n);
	}
}

void
chain_end(struct chain *c, bool whole)
{
	unsigned i = c->arc.n;

	if (!c->hashing)
		return;
	if (!whole) {
		set_result(c, ARC_TEMPERROR, 0, "the time was too short");
		return;
	}
	for (int k = 0; k < 2; k++) {
		struct body *b = &c->body[k];

		if (!b->wanted)
			continue;
		canon_body_end(&b->canon);
		EVP_DigestFinal_ex(b->hash, b->digest, NULL);
	}
	if (!is_kept(c, i)) {
		set_result(c, ARC_FAIL, i, "the body was changed");
		return;
	}
	while (i > 1 && is_kept(c, i - 1))
		i--;
	c->out->result = ARC_PASS;
	c->out->oldest_pass = i > 1 ? i : 0;
}

static bool
verify_message(struct chain *c, unsigned i, struct dkim_signature *s)
{
	unsigned field = c->arc.set[i].message;
	struct canon canon;

	canon_init(&canon, update_verifier, c->verifier);
	if (!check_tags(c, field, message_tags, s) ||
	    !read_promise(c, field, &c->promise[i], s) ||
	    !begin_signature(c, s))
		return false;
	if (!arc_message_octets(&c->arc, field, &canon))
		return signature_refuse(
		    s, DKIM_PERMERROR, "h= lists what is not to be signed");
	c->promise[i].made = matches(c, field, s);
	return c->promise[i].made;
}

static bool
verify_seals(struct chain *c, struct dkim_signature *s)
{
	for (unsigned i = c->arc.n; i > 0; i--) {
		if (!verify_seal(c, i, s))
			return refuse(c, i, s);
		if (i < c->arc.n)
			continue;
		strlcpy(c->out->domain, s->domain, sizeof c->out->domain);
		strlcpy(c->out->selector, s->selector, sizeof c->out->selector);
	}
	return true;
}

/* RFC 8617 4.1.3: "h" has no place in it. */
static bool
verify_seal(struct chain *c, unsigned i, struct dkim_signature *s)
{
	unsigned field = c->arc.set[i].seal;
	struct canon canon;
	struct tag h;

	canon_init(&canon, update_verifier, c->verifier);
	if (!check_tags(c, field, seal_tags, s))
		return false;
	if (arc_tag(&c->arc, field, "h", &h))
		return signature_refuse(s, DKIM_PERMERROR, "the seal has h=");
	if (!begin_signature(c, s))
		return false;
	arc_seal_octets(&c->arc, 1, i, &canon);
	return matches(c, field, s);
}

static bool
check_tags(struct chain *c, unsigned field, const char *const *needed,
    struct dkim_signature *s)
{
	const struct arc_field *f = &c->arc.field[field];

	if (!signature_check_tags(
		f->text + f->body, f->len - f->body, needed, s))
		return false;
	if (strcmp(s->algorithm, "rsa-sha256") != 0)
		return signature_refuse(
		    s, DKIM_PERMERROR, "the algorithm is not rsa-sha256");
	return check_times(c, field, s);
}

/* RFC 6376 3.5, "t" and "x". */
static bool
check_times(struct chain *c, unsigned field, struct dkim_signature *s)
{
	int64_t made = 0, ends = INT64_MAX;
	struct tag t;

	if ((arc_tag(&c->arc, field, "t", &t) && !read_time(&t, &made)) ||
	    (arc_tag(&c->arc, field, "x", &t) && !read_time(&t, &ends)))
		return signature_refuse(
		    s, DKIM_PERMERROR, "t= or x= is no time");
	if (ends <= made || ends < time(NULL))
		return signature_refuse(s, DKIM_PERMERROR, "it has expired");
	return true;
}

static bool
read_time(const struct tag *t, int64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < t->value_len; i++) {
		if (t->value[i] < '0' || t->value[i] > '9')
			return false;
		*out = 10 * *out + (t->value[i] - '0');
	}
	return t->value_len > 0 && t->value_len <= 12;
}

static bool
read_promise(struct chain *c, unsigned field, struct promise *p,
    struct dkim_signature *s)
{
	static const char *const forms[] = {"simple", "simple/simple",
	    "relaxed", "relaxed/simple", "simple/relaxed", "relaxed/relaxed"};
	unsigned char octets[BASE64_ROOM];
	struct tag t;
	int form = 0;

	*p = (struct promise){.limited = s->limited, .limit = s->covered};
	if (arc_tag(&c->arc, field, "c", &t)) {
		while (form < 6 && !tag_value_is(&t, forms[form]))
			form++;
	}
	if (form == 6)
		return signature_refuse(s, DKIM_PERMERROR, "c= is not known");
	p->relaxed = form > 3;
	if (!arc_tag(&c->arc, field, "bh", &t) ||
	    base64_tag(&t, octets) != SHA256_OCTETS)
		return signature_refuse(
		    s, DKIM_PERMERROR, "bh= is no SHA-256 digest");
	memcpy(p->digest, octets, SHA256_OCTETS);
	return true;
}

static bool
begin_signature(struct chain *c, struct dkim_signature *s)
{
	EVP_PKEY *key = ring_key(&c->ring, s);

	if (key == NULL)
		return false;
	EVP_MD_CTX_reset(c->verifier);
	if (EVP_DigestVerifyInit(c->verifier, NULL, EVP_sha256(), NULL, key) ==
	    1)
		return true;
	return signature_refuse(s, DKIM_TEMPERROR, "it could not be verified");
}

static bool
matches(struct chain *c, unsigned field, struct dkim_signature *s)
{
	unsigned char octets[BASE64_ROOM];
	struct tag b;
	int n;

	arc_tag(&c->arc, field, "b", &b);
	if ((n = base64_tag(&b, octets)) == -1)
		return signature_refuse(
		    s, DKIM_PERMERROR, "the signature is not base64");
	if (EVP_DigestVerifyFinal(c->verifier, octets, (size_t)n) == 1)
		return true;
	return signature_refuse(s, DKIM_FAIL, "the signature does not match");
}

static void
start_bodies(struct chain *c)
{
	for (unsigned i = 1; i <= c->arc.n; i++)
		c->body[c->promise[i].relaxed].wanted |= c->promise[i].made;
	for (int i = 0; i < 2; i++) {
		struct body *b = &c->body[i];

		canon_body_init(&b->canon, i == 1, update_hash, b->hash);
		if (EVP_DigestInit_ex(b->hash, EVP_sha256(), NULL) != 1) {
			set_result(
			    c, ARC_TEMPERROR, 0, "the body can not be hashed");
			return;
		}
	}
	c->hashing = true;
}

/* The body is what the set says it was: all of it. */
static bool
is_kept(struct chain *c, unsigned i)
{
	const struct promise *p = &c->promise[i];
	const struct body *b = &c->body[p->relaxed];

	return p->made && (!p->limited || p->limit == b->canon.octets) &&
	    memcmp(p->digest, b->digest, SHA256_OCTETS) == 0;
}

static bool
refuse(struct chain *c, unsigned i, const struct dkim_signature *s)
{
	set_result(c, s->result == DKIM_TEMPERROR ? ARC_TEMPERROR : ARC_FAIL, i,
	    s->reason);
	return false;
}

static void
set_result(struct chain *c, enum arc_result result, unsigned i, const char *why)
{
	struct dkim_arc *out = c->out;

	out->result = result;
	if (i == 0)
		strlcpy(out->reason, why, sizeof out->reason);
	else
		snprintf(
		    out->reason, sizeof out->reason, "i=%u: %.100s", i, why);
}

static void
update_verifier(void *ctx, const char *octets, size_t n)
{
	EVP_DigestVerifyUpdate(ctx, octets, n);
}

static void
update_hash(void *ctx, const char *octets, size_t n)
{
	EVP_DigestUpdate(ctx, octets, n);
}
