/* SPDX-License-Identifier: ISC */
#include "sealproto.h"

#include <errno.h>
#include <string.h>

#include "keys.h"
#include "wire.h"

enum { SEND_MS = 10000 };

static void add_request(struct pairs *, const struct seal_request *);
static bool set_cv(void *, const char *);
static bool is_field_text(const char *, bool fields);
static bool is_begin(const char *);

static const struct key request_keys[] = {
    KEY("key", KEY_OCTETS, struct seal_asked, key, .must = true),
    /* that it is a name is mx.conf's to see to */
    KEY("domain", KEY_HOST, struct seal_asked, domain, .must = true),
    KEY("selector", KEY_HOST, struct seal_asked, selector, .must = true),
    KEY("cv", KEY_SET, struct seal_asked, cv, .set = set_cv),
    KEY("offset", KEY_NUMBER, struct seal_asked, offset),
    KEY("size", KEY_NUMBER, struct seal_asked, size),
    KEY("results", KEY_MORE, struct seal_asked, results),
    KEYS_END,
};

static const struct key answer_keys[] = {
    KEY("fields", KEY_MORE, struct seal_answer, fields),
    KEY("error", KEY_CUT, struct seal_answer, error),
    KEYS_END,
};

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
	add_request(&p, r);
	if (helper_ask(&h, &p, wire_now() + SEND_MS) == -1)
		return;
	seal_read_answer(&h.in, deadline, a);
	helper_end(&h, *a->fields != '\0');
}

void
seal_read_answer(struct pairs_in *in, int64_t deadline, struct seal_answer *a)
{
	struct keys k = {.all = answer_keys, .whole = a};
	bool good;

	*a = (struct seal_answer){.error = ""};
	good = keys_read_answer(&k, in, deadline) == 0 &&
	    is_field_text(a->fields, true);
	if (good && *a->fields != '\0' && *a->error == '\0')
		return;
	*a->fields = '\0';
	if (!good || *a->error == '\0')
		strlcpy(a->error, "mx-arc gave no answer", sizeof a->error);
}

int
seal_read(int in, struct seal_asked *r)
{
	*r = (struct seal_asked){.size = 0};
	if (keys_read_request(in, request_keys, r) == -1)
		return -1;
	if ((*r->cv == '\0') == (*r->results == '\0') &&
	    is_field_text(r->results, false))
		return 0;
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
		pairs_add_long(&p, "fields", a->fields);
	return pairs_send(&p, out, -1, wire_now() + SEND_MS);
}

static void
add_request(struct pairs *p, const struct seal_request *r)
{
	pairs_add(p, "key", r->key);
	pairs_add(p, "domain", r->domain);
	pairs_add(p, "selector", r->selector);
	pairs_add_number(p, "offset", r->offset);
	pairs_add_number(p, "size", r->size);
	if (r->cv == NULL)
		return;
	pairs_add(p, "cv", r->cv);
	pairs_add_long(p, "results", r->results);
}

static bool
set_cv(void *cv, const char *value)
{
	static const char *const names[] = {"none", "pass", "fail"};

	strlcpy(cv, value, SEAL_CV);
	return keys_find(names, sizeof names / sizeof *names, value) != -1;
}

/* No line of it ends a header section or a field: one that is not the first
 * begins with white space, or as what mx-arc makes does.  FIELDS end with a
 * line end, the body of one does not. */
static bool
is_field_text(const char *s, bool fields)
{
	bool first = true;

	for (; *s != '\0'; first = false) {
		size_t n = strcspn(s, "\r\n");

		if (*s != '\t' && (fields ? !is_begin(s) : !first))
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

static bool
is_begin(const char *s)
{
	static const char signature[] = "DKIM-Signature:";

	return strncmp(s, "ARC-", 4) == 0 ||
	    strncmp(s, signature, sizeof signature - 1) == 0;
}
