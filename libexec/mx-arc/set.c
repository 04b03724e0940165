/* SPDX-License-Identifier: ISC */
/*
 *	ARC-Seal: i=1; a=rsa-sha256; cv=none; d=example.net; s=2026;
 *		t=1795500000; b=…
 *	ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed;
 *		d=example.net; s=2026; t=1795500000;
 *		h=from:from:to:subject:dkim-signature; bh=…; b=…
 *	ARC-Authentication-Results: i=1; backup.example.net; spf=pass …
 *
 * A chain that failed ends with a seal of its own set alone (5.1.2).
 *
 *	DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; …
 *
 * differs from the second in its beginning alone (RFC 6376 3.5).
 */
#include "set.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "arc.h"
#include "msgfile.h"

enum { FIELD_ROOM = SEAL_RESULTS + 256, NAMES_MOST = 100, WIDTH = 70 };
enum { LIST_ROOM = NAMES_MOST * 32 };

struct set {
	struct signer *signer;
	const struct seal_asked *asked;
	int fd;
	unsigned i; /* its instance */
	long long now;
	struct arc arc;
	struct msgfile message;
	char results[FIELD_ROOM], message_signature[FIELD_ROOM];
	char seal[FIELD_ROOM];
};

/* What a reader or a mail program goes by (RFC 6376 5.4.1), and who signed
 * before; not what hosts on the way add and take away. */
static const char *const names[] = {"from", "sender", "reply-to", "subject",
    "date", "message-id", "to", "cc", "in-reply-to", "references",
    "mime-version", "content-type", "content-transfer-encoding", "list-id",
    "list-post", "list-help", "list-unsubscribe", "list-unsubscribe-post",
    "tls-report-domain", "tls-report-submitter", "dkim-signature"};

static const char *build(struct set *);
static bool put_fields(const struct set *, struct seal_answer *);
static bool is_set(const struct set *);
static int open_message(struct set *);
static bool hash_body(struct set *, char bh[SIGNER_TEXT]);
static const char *find_place(struct set *);
static bool sign_message(struct set *, const char *bh);
static bool sign_sets(struct set *);
static bool sign(struct set *, char field[FIELD_ROOM], bool seal);
static unsigned add(struct set *, const char *field);
static void add_names(const struct set *, char list[LIST_ROOM]);

void
set_make(struct signer *signer, const struct seal_asked *asked, int message,
    struct seal_answer *a)
{
	struct set *s = calloc(1, sizeof *s);
	const char *wrong = "no memory";

	if (s != NULL) {
		s->signer = signer;
		s->asked = asked;
		s->now = time(NULL);
		s->fd = message;
		wrong = build(s);
	}
	if (wrong != NULL)
		strlcpy(a->error, wrong, sizeof a->error);
	else if (!put_fields(s, a))
		strlcpy(a->error, "the fields are too long", sizeof a->error);
	free(s);
}

/* NULL, or what is wrong.  The body is read first: what is read later takes its
 * place in memory. */
static const char *
build(struct set *s)
{
	static const char could_not[] = "the library could not sign";
	char bh[SIGNER_TEXT];
	const char *field, *wrong;
	size_t n;

	if (open_message(s) == -1 || !hash_body(s, bh) || open_message(s) == -1)
		return strerror(errno);
	arc_init(&s->arc);
	while (msgfile_field(&s->message, &field, &n))
		arc_push(&s->arc, field, n);
	if ((wrong = find_place(s)) != NULL)
		return wrong;
	if (!is_set(s))
		return sign_message(s, bh) ? NULL : could_not;
	snprintf(s->results, sizeof s->results,
	    "ARC-Authentication-Results: i=%u;%s", s->i, s->asked->results);
	add(s, s->results);
	return sign_message(s, bh) && sign_sets(s) ? NULL : could_not;
}

static bool
put_fields(const struct set *s, struct seal_answer *a)
{
	const char *const fields[] = {
	    s->seal, s->message_signature, s->results};
	size_t n = 0;

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		if (*fields[i] == '\0')
			continue;
		strlcat(a->fields, fields[i], sizeof a->fields);
		n = strlcat(a->fields, "\r\n", sizeof a->fields);
	}
	return n < sizeof a->fields;
}

static bool
is_set(const struct set *s)
{
	return *s->asked->cv != '\0';
}

static int
open_message(struct set *s)
{
	return msgfile_begin(
	    &s->message, s->fd, s->asked->offset, s->asked->size);
}

static bool
hash_body(struct set *s, char bh[SIGNER_TEXT])
{
	struct canon_body body;
	const char *octets;
	ssize_t n;

	if (!signer_begin_digest(s->signer)) {
		errno = ENOMEM;
		return false;
	}
	canon_body_init(&body, true, signer_digest, s->signer);
	while ((n = msgfile_body(&s->message, &octets)) > 0)
		canon_body_push(&body, octets, (size_t)n);
	canon_body_end(&body);
	return n == 0 && signer_end_digest(s->signer, bh);
}

static const char *
find_place(struct set *s)
{
	bool chain = arc_is_chain(&s->arc);

	s->i = s->arc.n + 1;
	if (s->arc.fields + 3 > ARC_FIELDS)
		return "there are too many header fields";
	if (!is_set(s))
		return NULL;
	if (s->i > ARC_SETS)
		return "the chain has its last set already";
	if (arc_has_failed(&s->arc))
		return "the chain had failed before";
	if (strcmp(s->asked->cv, "pass") == 0 && !chain)
		return "there is no chain to continue";
	if (strcmp(s->asked->cv, "none") == 0 && s->arc.found)
		return "there is a chain";
	return NULL;
}

static bool
sign_message(struct set *s, const char *bh)
{
	const struct seal_asked *r = s->asked;
	char list[LIST_ROOM], begin[64] = "DKIM-Signature: v=1";

	if (is_set(s))
		snprintf(
		    begin, sizeof begin, "ARC-Message-Signature: i=%u", s->i);
	add_names(s, list);
	snprintf(s->message_signature, sizeof s->message_signature,
	    "%s; a=rsa-sha256; c=relaxed/relaxed;\r\n"
	    "\td=%s; s=%s; t=%lld;\r\n\th=%s;\r\n\tbh=%s;\r\n\tb=",
	    begin, r->domain, r->selector, s->now, list, bh);
	return sign(s, s->message_signature, false);
}

static bool
sign_sets(struct set *s)
{
	const struct seal_asked *r = s->asked;

	snprintf(s->seal, sizeof s->seal,
	    "ARC-Seal: i=%u; a=rsa-sha256; cv=%s;\r\n"
	    "\td=%s; s=%s; t=%lld;\r\n\tb=",
	    s->i, r->cv, r->domain, r->selector, s->now);
	return sign(s, s->seal, true);
}

/* Puts the value of b= behind FIELD, which ends with "b=". */
static bool
sign(struct set *s, char field[FIELD_ROOM], bool seal)
{
	unsigned at = add(s, field);
	unsigned from = strcmp(s->asked->cv, "fail") == 0 ? s->i : 1;
	char b[SIGNER_TEXT];
	struct canon c;
	size_t n;

	if (!signer_begin(s->signer, &c))
		return false;
	if (seal)
		arc_seal_octets(&s->arc, from, s->i, &c);
	else if (!arc_message_octets(&s->arc, at, &c))
		return false;
	if (!signer_end(s->signer, b))
		return false;
	n = strlen(field);
	for (const char *p = b; *p != '\0'; p += strnlen(p, WIDTH))
		n += (size_t)snprintf(field + n, FIELD_ROOM - n, "%s%.*s",
		    p == b ? "" : "\r\n\t", WIDTH, p);
	return arc_field_parse(&s->arc.field[at], field, strlen(field));
}

/* Returns its place. */
static unsigned
add(struct set *s, const char *field)
{
	arc_push(&s->arc, field, strlen(field));
	return s->arc.fields;
}

/* Each as often as it is there, and From once more: nobody is to put another
 * above it.  A signature leaves others of its name out (RFC 6376 5.4). */
static void
add_names(const struct set *s, char list[LIST_ROOM])
{
	size_t most = sizeof names / sizeof *names - (is_set(s) ? 0 : 1);
	unsigned count = 1;

	strlcpy(list, "from", LIST_ROOM);
	for (size_t k = 0; k < most; k++) {
		for (unsigned i = 1; i <= s->arc.fields; i++) {
			const struct arc_field *f = &s->arc.field[i];

			if (f->name != strlen(names[k]) ||
			    strncasecmp(f->text, names[k], f->name) != 0 ||
			    count++ >= NAMES_MOST)
				continue;
			strlcat(
			    list, count % 5 == 0 ? ":\r\n\t " : ":", LIST_ROOM);
			strlcat(list, names[k], LIST_ROOM);
		}
	}
}
