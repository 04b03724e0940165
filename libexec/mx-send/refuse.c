/* SPDX-License-Identifier: ISC */
/*
 * Refusals that need no asking: a message over the server's SIZE (RFC 1870
 * 6.1), and one that needs SMTPUTF8 where that is not offered (RFC 6531 3.2,
 * 3.5).  Who declared SMTPUTF8 without need is not made to suffer for it: an
 * envelope and header section of ASCII go anywhere.  And mail with REQUIRETLS
 * where it may not go (RFC 8689 4.2.1), but for a bounce: that is to have it
 * where it is offered, and goes anywhere (5).
 */
#include "refuse.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "body.h"

enum { SCAN_BLOCK = 16 * 1024 };

static void refuse_size(struct send_request *, uint64_t size, uint64_t limit);
static void refuse_utf8(struct send_request *);
static bool is_ascii(const char *);
static bool header_is_ascii(const struct send_request *);
static bool scan(const char *, size_t, int *newlines, bool *ascii);

bool
refuse_locally(struct send_request *r, const struct session *s)
{
	const struct ehlo *e = &s->ehlo;

	if (e->size_limit > 0 && body_size(r) > e->size_limit)
		refuse_size(r, body_size(r), e->size_limit);
	else if (r->smtputf8 && !e->smtputf8)
		refuse_utf8(r);
	if (r->requiretls && *r->from != '\0' && !session_is_sure(s))
		answer_all(r, 450, "4.7.30",
		    "this is no session for mail with REQUIRETLS");
	for (size_t i = 0; i < r->nrcpt; i++) {
		if (!r->rcpt[i].answered)
			return false;
	}
	return true;
}

void
answer_all(
    struct send_request *r, int code, const char *enhanced, const char *text)
{
	for (size_t i = 0; i < r->nrcpt; i++) {
		if (r->rcpt[i].answered)
			continue;
		r->rcpt[i].answered = true;
		reply_set(&r->rcpt[i].reply, code, enhanced, "%s", text);
	}
}

static void
refuse_size(struct send_request *r, uint64_t size, uint64_t limit)
{
	char text[160];

	snprintf(text, sizeof text,
	    "message of %" PRIu64 " octets is over the server's limit of "
	    "%" PRIu64,
	    size, limit);
	answer_all(r, 552, "5.3.4", text);
}

static void
refuse_utf8(struct send_request *r)
{
	if (!is_ascii(r->from) || !is_ascii(r->trace) || !header_is_ascii(r)) {
		answer_all(r, 550, "5.6.7",
		    "the message needs SMTPUTF8, which the server does not "
		    "offer");
		return;
	}
	for (size_t i = 0; i < r->nrcpt; i++) {
		if (is_ascii(r->rcpt[i].mailbox))
			continue;
		r->rcpt[i].answered = true;
		reply_set(&r->rcpt[i].reply, 550, "5.6.7",
		    "the address needs SMTPUTF8, which the server does not "
		    "offer");
	}
}

static bool
is_ascii(const char *s)
{
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s >= 0x80)
			return false;
	}
	return true;
}

static bool
header_is_ascii(const struct send_request *r)
{
	char block[SCAN_BLOCK];
	uint64_t at = 0, end = r->size < HEADER_LEN ? r->size : HEADER_LEN;
	int newlines = 1; /* an empty line may be the first */
	bool ascii = true;

	while (at < end) {
		size_t n =
		    end - at < sizeof block ? (size_t)(end - at) : sizeof block;
		ssize_t got = pread(r->fd, block, n, (off_t)(r->offset + at));

		if (got <= 0 || scan(block, (size_t)got, &newlines, &ascii))
			break;
		at += (uint64_t)got;
	}
	return ascii;
}

/* True when there is nothing more to see: the end of the header, or an octet
 * that is not ASCII. */
static bool
scan(const char *s, size_t n, int *newlines, bool *ascii)
{
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)s[i] >= 0x80) {
			*ascii = false;
			return true;
		}
		if (s[i] == '\n' && ++*newlines == 2)
			return true;
		if (s[i] != '\n' && s[i] != '\r')
			*newlines = 0;
	}
	return false;
}
