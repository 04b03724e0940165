/* SPDX-License-Identifier: ISC */
/* The octets of a message as they come (RFC 5321 4.5.2, 6.3; RFC 3030). */
#include "content.h"

#include <errno.h>

#include "checks.h"
#include "session.h"

enum { ROOM_EVERY = 1 << 20 }; /* octets between two looks at free space */

static void take(struct session *, const char *, size_t);
static void scan_header(struct content *, const char *, size_t);
static void look_at_size(struct session *);
static void look_at_room(struct session *);
static void refuse_flaws(struct content *);
static void refuse_errno(struct content *, int error);

void
content_begin(struct session *s, enum frame_kind kind)
{
	struct content *c = &s->mail.content;

	frame_init(&c->frame, kind);
	hdrscan_init(&c->header, s->conf->hostname);
	if (s->store->begin(s->store->ctx) == -1)
		refuse_errno(c, errno);
}

size_t
content_push(struct session *s, const char *octets, size_t n)
{
	struct content *c = &s->mail.content;
	const char *out;
	size_t len, used = frame_next(&c->frame, octets, n, &out, &len);

	c->octets += len;
	refuse_flaws(c);
	if (len == 0 || c->refusal.code != 0)
		return used;
	take(s, out, len);
	if (c->refusal.code != 0)
		s->store->drop(s->store->ctx); /* the rest is thrown away */
	return used;
}

void
content_finish(struct session *s)
{
	struct content *c = &s->mail.content;

	hdrscan_end(&c->header);
	if (c->refusal.code == 0)
		scan_header(c, "", 0); /* what its end has told */
	if (c->frame.kind == FRAME_BDAT) {
		frame_finish(&c->frame);
		refuse_flaws(c);
	}
}

static void
take(struct session *s, const char *octets, size_t n)
{
	struct content *c = &s->mail.content;

	scan_header(c, octets, n);
	look_at_size(s);
	look_at_room(s);
	if (c->refusal.code == 0 &&
	    s->store->write(s->store->ctx, octets, n) == -1)
		refuse_errno(c, errno);
}

static void
scan_header(struct content *c, const char *octets, size_t n)
{
	struct hdrscan *h = &c->header;

	hdrscan_push(h, octets, n);
	if (h->octets > HEADER_LEN)
		reply_set(&c->refusal, 554, "5.6.0",
		    "The header section is longer than %d octets", HEADER_LEN);
	else if (h->received > RECEIVED_FIELDS)
		reply_set(&c->refusal, 554, "5.4.6",
		    "Mail loop: more than %d Received fields", RECEIVED_FIELDS);
	else if (h->own_received >= OWN_RECEIVED_FIELDS)
		reply_set(&c->refusal, 554, "5.4.6",
		    "Mail loop: the message was here %u times before",
		    h->own_received);
	else if (h->results.too_many)
		reply_set(&c->refusal, 554, "5.6.0",
		    "Too many Authentication-Results fields bear the name "
		    "of this host");
}

static void
look_at_size(struct session *s)
{
	struct content *c = &s->mail.content;

	if (c->refusal.code != 0 || c->size_checked ||
	    c->octets <= s->conf->max_message_size)
		return;
	c->size_checked = true;
	if (checks_run(s, STAGE_BODY, &c->refusal))
		c->refusal.code = 0;
}

static void
look_at_room(struct session *s)
{
	struct content *c = &s->mail.content;

	if (c->refusal.code != 0 || c->octets - c->checked < ROOM_EVERY)
		return;
	c->checked = c->octets;
	if (!s->store->has_room(s->store->ctx, 0))
		refuse_errno(c, ENOSPC);
}

/* What one hop reads as the end of a message and the next does not is how
 * mail is smuggled; so it goes nowhere. */
static void
refuse_flaws(struct content *c)
{
	if (c->refusal.code != 0 || c->frame.flaws == 0)
		return;
	if (c->frame.flaws & FLAW_NUL)
		reply_set(
		    &c->refusal, 550, "5.6.11", "The message has a NUL octet");
	else if (c->frame.flaws & FLAW_BARE_LF)
		reply_set(&c->refusal, 550, "5.6.11",
		    "The message has a line feed without carriage return; "
		    "lines end with CR LF");
	else
		reply_set(&c->refusal, 550, "5.6.11",
		    "The message has a carriage return without line feed; "
		    "lines end with CR LF");
}

static void
refuse_errno(struct content *c, int error)
{
	if (error == ENOSPC || error == EDQUOT)
		reply_set(&c->refusal, 452, "4.3.1",
		    "Not enough space here; try again later");
	else
		reply_set(&c->refusal, 451, "4.3.0",
		    "The message could not be stored; try again later");
}
