/* SPDX-License-Identifier: ISC */
#include "sealproto.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

enum { SEND_MS = 10000, PIECE = 2000 };

static bool set_asked(struct seal_asked *, const char *, const char *);
static bool set_answer(struct seal_answer *, const char *, const char *);
static bool set_number(uint64_t *, const char *);
static bool set_name(char *, const char *);
static bool is_field_text(const char *, bool fields);
static void add_long(struct pairs *, const char *key, const char *);

void
seal_ask(const char *libexec, const struct seal_request *r, int64_t deadline,
    struct seal_answer *a)
{
	struct helper h;
	struct pairs p;

	*a = (struct seal_answer){.error = "mx-arc can not be started"};
	if (helper_start(&h, libexec, "mx-arc", r->fd) == -1)
		return;
	strlcpy(a->error, "mx-arc gave no answer", sizeof a->error);
	pairs_init(&p);
	pairs_add(&p, "key", r->key);
	pairs_add(&p, "domain", r->domain);
	pairs_add(&p, "selector", r->selector);
	pairs_add(&p, "cv", r->cv);
	pairs_add_number(&p, "offset", r->offset);
	pairs_add_number(&p, "size", r->size);
	add_long(&p, "results", r->results);
	if (pairs_send(&p, h.fd, -1, wire_now() + SEND_MS) == 0)
		seal_read_answer(&h.in, deadline, a);
	helper_end(&h, *a->fields != '\0');
}

void
seal_read_answer(struct pairs_in *in, int64_t deadline, struct seal_answer *a)
{
	enum pairs_status status;
	const char *key;
	bool good = true;
	char *value;

	*a = (struct seal_answer){.error = ""};
	while (good &&
	    (status = pairs_next(in, deadline, &key, &value)) == PAIRS_PAIR)
		good = set_answer(a, key, value);
	good = good && status == PAIRS_END && is_field_text(a->fields, true);
	if (good && *a->fields != '\0' && *a->error == '\0')
		return;
	*a->fields = '\0';
	if (!good || *a->error == '\0')
		strlcpy(a->error, "mx-arc gave no answer", sizeof a->error);
}

int
seal_read(int in, struct seal_asked *r)
{
	enum pairs_status status;
	struct pairs_in p;
	const char *key;
	char *value;

	*r = (struct seal_asked){.size = 0};
	pairs_in_init(&p, in);
	while ((status = pairs_next(&p, -1, &key, &value)) == PAIRS_PAIR) {
		if (!set_asked(r, key, value))
			break;
	}
	if (status == PAIRS_END && *r->key != '\0' && *r->domain != '\0' &&
	    *r->selector != '\0' && *r->cv != '\0' && *r->results != '\0' &&
	    is_field_text(r->results, false))
		return 0;
	if (status != PAIRS_ERROR)
		errno = EBADMSG;
	return -1;
}

int
seal_write(int out, const struct seal_answer *a)
{
	struct pairs p;

	pairs_init(&p);
	if (*a->error != '\0')
		pairs_add(&p, "error", a->error);
	else
		add_long(&p, "fields", a->fields);
	return pairs_send(&p, out, -1, wire_now() + SEND_MS);
}

static bool
set_asked(struct seal_asked *r, const char *key, const char *value)
{
	if (strcmp(key, "key") == 0)
		return strlcpy(r->key, value, sizeof r->key) < sizeof r->key;
	if (strcmp(key, "domain") == 0)
		return set_name(r->domain, value);
	if (strcmp(key, "selector") == 0)
		return set_name(r->selector, value);
	if (strcmp(key, "cv") == 0) {
		strlcpy(r->cv, value, sizeof r->cv);
		return strcmp(value, "none") == 0 ||
		    strcmp(value, "pass") == 0 || strcmp(value, "fail") == 0;
	}
	if (strcmp(key, "offset") == 0)
		return set_number(&r->offset, value);
	if (strcmp(key, "size") == 0)
		return set_number(&r->size, value);
	return strcmp(key, "results") == 0 &&
	    strlcat(r->results, value, sizeof r->results) < sizeof r->results;
}

static bool
set_answer(struct seal_answer *a, const char *key, const char *value)
{
	if (strcmp(key, "fields") == 0)
		return strlcat(a->fields, value, sizeof a->fields) <
		    sizeof a->fields;
	if (strcmp(key, "error") != 0)
		return false;
	strlcpy(a->error, value, sizeof a->error);
	for (char *p = a->error; *p != '\0'; p++) {
		if (*p < ' ' || *p > '~')
			*p = '?';
	}
	return true;
}

static bool
set_number(uint64_t *out, const char *value)
{
	const char *wrong;

	*out = (uint64_t)strtonum(value, 0, INT64_MAX, &wrong);
	return wrong == NULL;
}

/* What can stand in a tag; that it is a name is mx.conf's to see to. */
static bool
set_name(char *out, const char *value)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";

	return value[strspn(value, good)] == '\0' &&
	    strlcpy(out, value, DOMAIN_LEN + 1) <= DOMAIN_LEN;
}

/* No line of it ends a header section or a field: one that is not the first
 * begins with white space, or as a field of a chain does.  FIELDS end with a
 * line end, the body of one does not. */
static bool
is_field_text(const char *s, bool fields)
{
	bool first = true;

	for (; *s != '\0'; first = false) {
		size_t n = strcspn(s, "\r\n");

		if (fields ? *s != '\t' && strncmp(s, "ARC-", 4) != 0
			   : !first && *s != '\t')
			return false;
		if (n < 2 || (fields && s[n] == '\0'))
			return false;
		if (s[n] != '\0' && strncmp(s + n, "\r\n", 2) != 0)
			return false;
		if (!fields && s[n] != '\0' && s[n + 2] == '\0')
			return false;
		s += s[n] == '\0' ? n : n + 2;
	}
	return true;
}

static void
add_long(struct pairs *p, const char *key, const char *s)
{
	for (size_t n; (n = strnlen(s, PIECE)) > 0; s += n)
		pairs_add_octets(p, key, s, n);
}
