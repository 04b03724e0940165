/* SPDX-License-Identifier: ISC */
/*
 * DKIM verification (RFC 6376 6) by libopendkim.  Its own resolver is never
 * used, nor dkim_ohdrs(), which overruns a buffer.  A callback never returns
 * "try again" or "error", for they end all signatures: what a key look-up came
 * to stands in the answer already.
 */
#include "verify.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* dkim.h wants its own names of types */
#include <opendkim/dkim.h>
#include <sys/types.h>

#include "bodylen.h"
#include "signature.h"

enum { WORD_MAX = 1 << 20 }; /* it keeps each word of a body whole */

struct verify {
	DKIM_LIB *lib;
	DKIM *dkim;
	struct key_source *keys;
	struct dkim_answer *answer;
	bool refused[DKIM_SIGNATURES]; /* its result is settled */
	DKIM_SIGINFO *sig[DKIM_SIGNATURES];
	bool listed;  /* sig[] is filled */
	bool limited; /* one has l= */
	bool hashed;  /* the body is being hashed */
	size_t word;  /* octets since the last white space, or more */
	struct bodylen length;
};

static int set_up(DKIM_LIB *);
static DKIM_CBSTAT on_signatures(DKIM *, DKIM_SIGINFO **, int);
static DKIM_CBSTAT on_key(DKIM *, DKIM_SIGINFO *, u_char *, size_t);
static bool is_signature(const char *, size_t, size_t *);
static void settle(struct verify *, size_t, bool);
static bool settle_error(struct dkim_signature *, DKIM_SIGINFO *);
static void settle_length(
    struct verify *, struct dkim_signature *, DKIM_SIGINFO *);
static void settle_testing(struct dkim_signature *);

struct dkim_lib *
verify_open(void)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	DKIM_LIB *lib = NULL;

	/* the system's openssl.cnf has no say, and costs time */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1 &&
	    EVP_Digest("", 0, digest, NULL, EVP_sha256(), NULL) == 1 &&
	    (lib = dkim_init(NULL, NULL)) != NULL && set_up(lib) == 0)
		return lib;
	verify_close(lib);
	errno = ENOMEM;
	return NULL;
}

void
verify_close(struct dkim_lib *lib)
{
	if (lib != NULL)
		dkim_close(lib);
}

struct verify *
verify_new(struct dkim_lib *lib)
{
	struct verify *v = calloc(1, sizeof *v);

	if (v == NULL)
		return NULL;
	v->lib = lib;
	ERR_clear_error(); /* another message's */
	return v;
}

void
verify_free(struct verify *v)
{
	if (v == NULL)
		return;
	if (v->dkim != NULL)
		dkim_free(v->dkim);
	free(v);
}

int
verify_begin(struct verify *v, struct key_source *keys, struct dkim_answer *a)
{
	DKIM_STAT status;

	v->keys = keys;
	v->answer = a;
	bodylen_init(&v->length);
	v->dkim =
	    dkim_verify(v->lib, (const unsigned char *)"-", NULL, &status);
	if (v->dkim == NULL) {
		errno = ENOMEM;
		return -1;
	}
	dkim_set_user_context(v->dkim, v);
	return 0;
}

void
verify_field(struct verify *v, const char *field, size_t n)
{
	struct dkim_answer *a = v->answer;
	size_t body;

	if (is_signature(field, n, &body)) {
		a->signatures++;
		if (a->n == DKIM_SIGNATURES)
			return;
		v->refused[a->n] = !signature_check(
		    field + body, n - body, &a->signature[a->n]);
		v->limited |= a->signature[a->n].limited;
		a->n++;
	}
	/* what it takes for no field is nobody's signed field either */
	if (n > 0)
		dkim_header(v->dkim, (u_char *)(uintptr_t)field, n);
}

bool
verify_header_end(struct verify *v)
{
	v->hashed = v->answer->n > 0 && dkim_eoh(v->dkim) == DKIM_STAT_OK;
	return v->hashed;
}

void
verify_body(struct verify *v, const char *octets, size_t n)
{
	v->word += n;
	if (!v->hashed || v->word > WORD_MAX)
		return;
	if (memchr(octets, ' ', n) != NULL ||
	    memmem(octets, n, "\r\n", 2) != NULL)
		v->word = n;
	dkim_body(v->dkim, (u_char *)(uintptr_t)octets, n);
	if (v->limited)
		bodylen_push(&v->length, octets, n);
}

void
verify_end(struct verify *v, bool whole)
{
	bool testkey;

	if (v->hashed && whole && v->word <= WORD_MAX) {
		dkim_eom(v->dkim, &testkey);
		bodylen_end(&v->length);
	}
	for (size_t i = 0; i < v->answer->n; i++) {
		if (!v->refused[i])
			settle(v, i, whole);
		settle_testing(&v->answer->signature[i]);
	}
}

static int
set_up(DKIM_LIB *lib)
{
	/* bad signatures keep their place in the list; no body is read for
	 * signatures that failed already */
	unsigned flags = DKIM_LIBFLAGS_BADSIGHANDLES | DKIM_LIBFLAGS_EOHCHECK;

	if (dkim_options(lib, DKIM_OP_SETOPT, DKIM_OPTS_FLAGS, &flags,
		sizeof flags) != DKIM_STAT_OK ||
	    dkim_set_key_lookup(lib, on_key) != DKIM_STAT_OK ||
	    dkim_set_prescreen(lib, on_signatures) != DKIM_STAT_OK ||
	    !dkim_libfeature(lib, DKIM_FEATURE_SHA256) ||
	    !dkim_libfeature(lib, DKIM_FEATURE_ED25519))
		return -1;
	return 0;
}

/* Which of its signatures is which of ours; ours that are refused are not to be
 * looked at. */
static DKIM_CBSTAT
on_signatures(DKIM *dkim, DKIM_SIGINFO **sigs, int n)
{
	struct verify *v = dkim_get_user_context(dkim);

	v->listed = n >= 0 && (size_t)n == v->answer->n;
	for (int i = 0; i < n; i++) {
		if (!v->listed || v->refused[i])
			dkim_sig_ignore(sigs[i]);
		if (v->listed)
			v->sig[i] = sigs[i];
	}
	return DKIM_CBSTAT_CONTINUE;
}

static DKIM_CBSTAT
on_key(DKIM *dkim, DKIM_SIGINFO *sig, u_char *out, size_t size)
{
	struct verify *v = dkim_get_user_context(dkim);

	for (size_t i = 0; i < v->answer->n; i++) {
		if (v->sig[i] != sig)
			continue;
		if (key_fetch(
			v->keys, &v->answer->signature[i], (char *)out, size))
			return DKIM_CBSTAT_CONTINUE;
		v->refused[i] = true;
		break;
	}
	return DKIM_CBSTAT_NOTFOUND;
}

/* *BODY is where the field's body begins. */
static bool
is_signature(const char *field, size_t n, size_t *body)
{
	static const char name[] = "dkim-signature";
	size_t at = sizeof name - 1;

	if (n <= at || strncasecmp(field, name, at) != 0)
		return false;
	while (at < n && (field[at] == ' ' || field[at] == '\t'))
		at++;
	*body = at + 1;
	return at < n && field[at] == ':';
}

static void
settle(struct verify *v, size_t i, bool whole)
{
	struct dkim_signature *s = &v->answer->signature[i];
	DKIM_SIGINFO *sig = v->sig[i];
	dkim_alg_t algorithm = DKIM_SIGN_RSASHA1;

	if (sig == NULL) {
		signature_refuse(s, DKIM_NEUTRAL, "it could not be processed");
		return;
	}
	if (!settle_error(s, sig))
		return;
	if (v->word > WORD_MAX) {
		signature_refuse(
		    s, DKIM_NEUTRAL, "a line of the body is too long");
		return;
	}
	if (!whole || (dkim_sig_getflags(sig) & DKIM_SIGFLAG_PASSED) == 0 ||
	    dkim_sig_getbh(sig) != DKIM_SIGBH_MATCH) {
		signature_refuse(s, DKIM_TEMPERROR, "it was not verified");
		return;
	}
	dkim_sig_getsignalg(sig, &algorithm);
	if (algorithm == DKIM_SIGN_RSASHA1) {
		signature_refuse(s, DKIM_PERMERROR, "rsa-sha1");
		return;
	}
	s->testing |= (dkim_sig_getflags(sig) & DKIM_SIGFLAG_TESTKEY) != 0;
	s->result = DKIM_PASS;
	if (s->limited)
		settle_length(v, s, sig);
}

/* True if there is no error. */
static bool
settle_error(struct dkim_signature *s, DKIM_SIGINFO *sig)
{
	int error = dkim_sig_geterror(sig);
	const char *text;

	switch (error) {
	case DKIM_SIGERROR_OK:
	case DKIM_SIGERROR_UNKNOWN:
		return true;
	case DKIM_SIGERROR_BADSIG:
		return signature_refuse(s, DKIM_FAIL,
		    dkim_sig_getbh(sig) == DKIM_SIGBH_MISMATCH
			? "the body was changed"
			: "the signature does not match");
	case DKIM_SIGERROR_EXPIRED:
		return signature_refuse(s, DKIM_POLICY, "it has expired");
	case DKIM_SIGERROR_FUTURE:
		return signature_refuse(
		    s, DKIM_POLICY, "it was made in the future");
	default:
		text = dkim_sig_geterrorstr(error);
		return signature_refuse(
		    s, DKIM_PERMERROR, text != NULL ? text : "unknown error");
	}
}

/* Whoever signed a part answers for that part: what others put behind it can
 * replace all that a reader sees (RFC 6376 8.2). */
static void
settle_length(struct verify *v, struct dkim_signature *s, DKIM_SIGINFO *sig)
{
	dkim_canon_t header, body = DKIM_CANON_SIMPLE;
	char reason[DKIM_REASON];
	uint64_t all;

	dkim_sig_getcanons(sig, &header, &body);
	all = body == DKIM_CANON_RELAXED ? v->length.relaxed : v->length.simple;
	if (all <= s->covered)
		return;
	s->uncovered = all - s->covered;
	snprintf(reason, sizeof reason,
	    "%llu octets of the body are not signed",
	    (unsigned long long)s->uncovered);
	signature_refuse(s, DKIM_POLICY, reason);
}

/* A failure of a key in testing is no worse than no signature (RFC 6376
 * 3.6.1). */
static void
settle_testing(struct dkim_signature *s)
{
	if (s->testing && s->result == DKIM_FAIL)
		s->result = DKIM_NEUTRAL;
}
