/* SPDX-License-Identifier: ISC */
/* What is demanded of TLS, and what came of it, in sendproto.h's dialogue. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sendproto.h"
#include "sendproto_parts.h"

enum { TLSA_LEN = 64 * 1024 };

static const char *const names[] = {
    [SEND_TLS_NONE] = "none",
    [SEND_TLS_MAY] = "may",
    [SEND_TLS_ENCRYPT] = "encrypt",
    [SEND_TLS_VERIFY] = "verify",
    [SEND_TLS_DANE] = "dane",
};

static int add_tlsa(struct send_target *, const char *);
static int set_text(char *, size_t, const char *);
static int bad(void);

bool
send_tls_parse(const char *s, enum send_tls *out)
{
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(s, names[i]) == 0) {
			*out = (enum send_tls)i;
			return true;
		}
	}
	return false;
}

int
send_tls_set(struct send_request *r, const char *key, const char *value)
{
	struct send_target *t =
	    r->ntarget > 0 ? &r->target[r->ntarget - 1] : NULL;

	if (r->op != SEND_OPEN)
		return bad();
	if (strcmp(key, "libexec") == 0)
		return set_text(r->libexec, sizeof r->libexec, value);
	if (strcmp(key, "authorities") == 0)
		return set_text(r->authorities, sizeof r->authorities, value);
	if (t == NULL)
		return bad();
	if (strcmp(key, "tls") == 0)
		return send_tls_parse(value, &t->tls) ? 0 : bad();
	if (strcmp(key, "base") == 0)
		return set_text(t->base, sizeof t->base, value);
	if (strcmp(key, "domain") == 0)
		return set_text(t->domain, sizeof t->domain, value);
	if (strcmp(key, "owner") == 0)
		return set_text(t->owner, sizeof t->owner, value);
	if (strcmp(key, "tlsa") == 0)
		return add_tlsa(t, value);
	if (strcmp(key, "lenient") != 0 || strcmp(value, "1") != 0)
		return bad();
	t->lenient = true;
	return 0;
}

void
send_add_tls(struct pairs *p, const struct send_target *t)
{
	const char *line = t->tls == SEND_TLS_DANE ? t->tlsa : NULL;

	if (t->tls == SEND_TLS_NONE)
		return;
	pairs_add(p, "tls", names[t->tls]);
	if (t->lenient)
		pairs_add(p, "lenient", "1");
	if (line != NULL)
		pairs_add(p, "base", t->base);
	if (line != NULL && *t->domain != '\0')
		pairs_add(p, "domain", t->domain);
	if (line != NULL && *t->owner != '\0')
		pairs_add(p, "owner", t->owner);
	while (line != NULL && *line != '\0') {
		size_t n = strcspn(line, "\n");

		pairs_add_octets(p, "tlsa", line, n);
		line += n + (line[n] == '\n');
	}
}

void
send_add_secured(struct pairs *p, const struct send_secured *t)
{
	if (*t->protocol != '\0') {
		pairs_add(p, "tls", t->protocol);
		pairs_add(p, "cipher", t->cipher);
		pairs_add(p, "verified", t->verified);
	}
	if (*t->failure != '\0') {
		pairs_add(p, "failure", t->failure);
		pairs_add(p, "why", t->why);
	}
}

void
send_add_failed(struct pairs *p, const struct send_answer *a)
{
	for (size_t i = 0; i < a->nfailed; i++) {
		pairs_add(p, "failed", a->failed[i].host);
		pairs_add(p, "failure", a->failed[i].failure);
		pairs_add(p, "why", a->failed[i].why);
	}
}

bool
send_set_failed(struct send_answer *a, const char *key, const char *value)
{
	struct send_failed *f;

	if (strcmp(key, "failed") == 0) {
		if (a->nfailed == SEND_FAILED)
			return true;
		f = &a->failed[a->nfailed++];
		*f = (struct send_failed){.failure = ""};
		strlcpy(f->host, value, sizeof f->host);
		return true;
	}
	if (a->nfailed == 0)
		return false;
	f = &a->failed[a->nfailed - 1];
	if (strcmp(key, "failure") == 0)
		strlcpy(f->failure, value, sizeof f->failure);
	else if (strcmp(key, "why") == 0)
		strlcpy(f->why, value, sizeof f->why);
	else
		return false;
	return true;
}

void
send_set_secured(struct send_secured *t, const char *key, const char *value)
{
	const struct {
		const char *key;
		char *out;
		size_t size;
	} text[] = {
	    {"tls", t->protocol, sizeof t->protocol},
	    {"cipher", t->cipher, sizeof t->cipher},
	    {"verified", t->verified, sizeof t->verified},
	    {"failure", t->failure, sizeof t->failure},
	    {"why", t->why, sizeof t->why},
	};

	for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
		if (strcmp(key, text[i].key) == 0)
			strlcpy(text[i].out, value, text[i].size);
	}
}

static int
add_tlsa(struct send_target *t, const char *value)
{
	size_t old = t->tlsa == NULL ? 0 : strlen(t->tlsa);
	size_t n = strlen(value);
	char *more;

	if (n == 0 || strchr(value, '\n') != NULL || old + n > TLSA_LEN)
		return bad();
	more = malloc(old + n + 2);
	if (more == NULL)
		return -1;
	if (old > 0)
		memcpy(more, t->tlsa, old);
	memcpy(more + old, value, n);
	memcpy(more + old + n, "\n", 2);
	free((char *)(uintptr_t)t->tlsa);
	t->tlsa = more;
	return 0;
}

static int
set_text(char *out, size_t size, const char *value)
{
	return strlcpy(out, value, size) < size ? 0 : bad();
}

static int
bad(void)
{
	errno = EBADMSG;
	return -1;
}
