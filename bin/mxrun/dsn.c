/* SPDX-License-Identifier: ISC */
/*
 *	Content-Type: multipart/report; report-type=delivery-status; …
 *
 *	1. a sentence for people
 *	2. message/delivery-status: Reporting-MTA, Arrival-Date; for each
 *	   recipient Final-Recipient, Action, Status, Remote-MTA, …
 *	3. text/rfc822-headers, or the whole message where RET=FULL asks
 */
#include "dsn.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "date.h"
#include "dsn_original.h"

enum { LINE = 1200, DIAGNOSTIC = 400 };

static const char *const subject[] = {
    [DSN_FAILED] = "Your message could not be delivered",
    [DSN_DELAYED] = "Your message is delayed",
    [DSN_RELAYED] = "Your message was passed on"};
static const char *const sentence[] = {
    [DSN_FAILED] = "could not be delivered to:",
    [DSN_DELAYED] = "waits here: the mail server of these recipients does not "
		    "take it yet.\r\nNothing needs to be done, it is tried "
		    "again by itself.",
    [DSN_RELAYED] = ("was passed on to the mail server of these recipients, "
		     "which gives no further notice:")};
static const char *const action_name[] = {[DSN_FAILED] = "failed",
    [DSN_DELAYED] = "delayed",
    [DSN_RELAYED] = "relayed"};

struct writer {
	struct draft *draft;
	const struct conf *conf;
	const struct message *m;
	const char *id;
	enum dsn_action action;
	int result;
};

static void write_head(struct writer *);
static void write_sentence(struct writer *);
static void write_list(struct writer *, enum dsn_action);
static void write_status(struct writer *);
static void write_rcpt(struct writer *, const struct rcpt *);
static enum dsn_action action_of(const struct writer *, const struct rcpt *);
static bool has_expired(const struct writer *, const struct rcpt *);
static const char *reply_of(const struct writer *, const struct rcpt *);
static void write_original(struct writer *);
static void write_xtext(
    struct writer *, const char *field, const char *xtext, size_t plain);
static void write_address(struct writer *, const char *mailbox);
static bool is_ascii(const char *);
static void status_of(
    const struct writer *, const struct rcpt *, char out[ENHANCED_LEN + 1]);
static void put(struct writer *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void clean(const char *in, char *out, size_t size);

bool
dsn_wants(const struct envelope *e, size_t i, enum dsn_action action)
{
	const struct rcpt *r = &e->rcpt[i];

	if (e->sender[0] == '\0' || r->notify & NOTIFY_NEVER)
		return false;
	if (action == DSN_RELAYED)
		return r->state == RCPT_DELIVERED && r->relayed;
	if (action == DSN_DELAYED)
		return r->state == RCPT_WAITING &&
		    (r->notify == 0 || (r->notify & NOTIFY_DELAY) != 0);
	return r->state == RCPT_FAILED &&
	    (r->notify == 0 || (r->notify & NOTIFY_FAILURE) != 0);
}

bool
dsn_is_wanted(const struct envelope *e, enum dsn_action action)
{
	for (size_t i = 0; i < e->nrcpt; i++) {
		if (dsn_wants(e, i, action))
			return true;
	}
	return false;
}

int
dsn_write(struct draft *d, const struct conf *conf, struct message *m,
    const char *id, enum dsn_action action)
{
	struct writer w = {
	    .draft = d, .conf = conf, .m = m, .id = id, .action = action};

	write_head(&w);
	write_sentence(&w);
	write_status(&w);
	write_original(&w);
	put(&w, "--%s--\r\n", id);
	return w.result;
}

static void
write_head(struct writer *w)
{
	char date[DATE_LEN];

	date_format(time(NULL), date);
	put(w, "Date: %s\r\n", date);
	put(w, "From: Mail Delivery System <mailer-daemon@%s>\r\n",
	    w->conf->hostname);
	put(w, "To: <%s>\r\n", w->m->envelope->sender);
	put(w, "Subject: %s\r\n", subject[w->action]);
	put(w, "Message-ID: <%s@%s>\r\n", w->id, w->conf->hostname);
	put(w, "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n");
	put(w,
	    "Content-Type: multipart/report; report-type=delivery-status;\r\n"
	    "\tboundary=\"%s\"\r\n\r\n",
	    w->id);
}

static void
write_sentence(struct writer *w)
{
	const struct envelope *e = w->m->envelope;
	char date[DATE_LEN];

	date_format(e->arrived, date);
	put(w, "--%s\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n",
	    w->id);
	put(w, "This is the backup mail exchanger %s.\r\n\r\n",
	    w->conf->hostname);
	put(w, "Your message of %s\r\n", date);
	write_list(w, w->action);
	if (w->action == DSN_FAILED && dsn_is_wanted(e, DSN_RELAYED)) {
		put(w, "It ");
		write_list(w, DSN_RELAYED);
	}
}

/* What became of it for some, and who they are. */
static void
write_list(struct writer *w, enum dsn_action action)
{
	const struct envelope *e = w->m->envelope;
	char reply[DIAGNOSTIC];

	put(w, "%s\r\n", sentence[action]);
	for (size_t i = 0; i < e->nrcpt; i++) {
		if (!dsn_wants(e, i, action))
			continue;
		put(w, "\r\n  ");
		write_address(w, e->rcpt[i].mailbox);
		clean(reply_of(w, &e->rcpt[i]), reply, sizeof reply);
		put(w, "\r\n    %s\r\n", reply);
		if (has_expired(w, &e->rcpt[i]))
			put(w, "    It waited as long as mail waits here.\r\n");
	}
	put(w, "\r\n");
}

static void
write_status(struct writer *w)
{
	const struct envelope *e = w->m->envelope;
	char date[DATE_LEN];

	date_format(e->arrived, date);
	put(w, "--%s\r\nContent-Type: message/delivery-status\r\n\r\n", w->id);
	if (e->envid[0] != '\0')
		write_xtext(w, "Original-Envelope-Id: ", e->envid, 0);
	put(w, "Reporting-MTA: dns; %s\r\nArrival-Date: %s\r\n",
	    w->conf->hostname, date);
	for (size_t i = 0; i < e->nrcpt; i++) {
		if (dsn_wants(e, i, w->action) ||
		    (w->action == DSN_FAILED && dsn_wants(e, i, DSN_RELAYED)))
			write_rcpt(w, &e->rcpt[i]);
	}
	put(w, "\r\n");
}

static void
write_rcpt(struct writer *w, const struct rcpt *r)
{
	char date[DATE_LEN], text[DIAGNOSTIC], status[ENHANCED_LEN + 1];
	const struct envelope *e = w->m->envelope;
	const char *host = w->action == DSN_DELAYED ? e->last_host : r->host;
	const char *semicolon = strchr(r->orcpt, ';');

	status_of(w, r, status);
	put(w, "\r\n");
	if (semicolon != NULL)
		write_xtext(w, "Original-Recipient: ", r->orcpt,
		    (size_t)(semicolon - r->orcpt) + 1);
	put(w, "Final-Recipient: %s; ",
	    is_ascii(r->mailbox) ? "rfc822" : "utf-8");
	write_address(w, r->mailbox);
	put(w, "\r\nAction: %s\r\nStatus: %s\r\n", action_name[action_of(w, r)],
	    status);
	if (*host != '\0') {
		clean(host, text, sizeof text);
		text[strcspn(text, " ")] = '\0';
		put(w, "Remote-MTA: dns; %s\r\n", text);
		clean(reply_of(w, r), text, sizeof text);
		put(w, "Diagnostic-Code: smtp;\r\n %s\r\n", text);
	}
	if (w->action == DSN_DELAYED) {
		date_format(e->arrived + (time_t)w->conf->bounce_after, date);
		put(w, "Will-Retry-Until: %s\r\n", date);
		if (e->last_attempt == 0)
			return;
	}
	date_format(w->action == DSN_DELAYED ? e->last_attempt : r->when, date);
	put(w, "Last-Attempt-Date: %s\r\n", date);
}

static enum dsn_action
action_of(const struct writer *w, const struct rcpt *r)
{
	return r->state == RCPT_DELIVERED ? DSN_RELAYED : w->action;
}

/* It was not refused, its time ran out. */
static bool
has_expired(const struct writer *w, const struct rcpt *r)
{
	return action_of(w, r) == DSN_FAILED &&
	    w->m->envelope->expired_at != 0 && r->reply[0] != '5';
}

/* Of who waits, the last reply to any of them. */
static const char *
reply_of(const struct writer *w, const struct rcpt *r)
{
	return w->action == DSN_DELAYED ? w->m->envelope->last_reply : r->reply;
}

/* The third part, and the boundary before it. */
static void
write_original(struct writer *w)
{
	const struct envelope *e = w->m->envelope;
	/* RFC 8689 5: with REQUIRETLS as with RET=HDRS */
	bool whole = e->ret == RET_FULL && e->tls != TLS_REQUIRED &&
	    w->action == DSN_FAILED && original_is_plain(w->m);

	put(w, "--%s\r\nContent-Type: %s\r\n\r\n", w->id,
	    whole ? "message/rfc822" : "text/rfc822-headers");
	if (w->result == 0)
		w->result = original_write(w->draft, w->m, whole);
	put(w, "\r\n");
}

/* XTEXT decoded, but for its first PLAIN octets: "type;" (RFC 3461 4.2). */
static void
write_xtext(
    struct writer *w, const char *field, const char *xtext, size_t plain)
{
	char text[ORCPT_LEN + 1], safe[ORCPT_LEN + 1];

	if (plain >= sizeof text ||
	    !xtext_decode(xtext + plain, text + plain, sizeof text - plain))
		return;
	memcpy(text, xtext, plain);
	clean(text, safe, sizeof safe);
	put(w, "%s%s\r\n", field, safe);
}

/* What is not printable ASCII as RFC 6533 3 writes it: \x{FC}. */
static void
write_address(struct writer *w, const char *mailbox)
{
	const unsigned char *c = (const unsigned char *)mailbox;

	while (*c != '\0') {
		unsigned more = *c < 0x80 ? 0
		    : *c < 0xe0		  ? 1
		    : *c < 0xf0		  ? 2
					  : 3;
		unsigned long point = more == 0 ? *c : *c & (0x3fU >> more);

		while (more > 0 && (c[1] & 0xc0) == 0x80) {
			point = point << 6 | (*++c & 0x3f);
			more--;
		}
		c++;
		if (point >= ' ' && point < 0x7f)
			put(w, "%c", (int)point);
		else
			put(w, "\\x{%lX}", point);
	}
}

static bool
is_ascii(const char *s)
{
	while (*s != '\0' && (unsigned char)*s < 0x80)
		s++;
	return *s == '\0';
}

/* The reply's enhanced code (RFC 3464 2.3.4); 4.4.7 where time ran out. */
static void
status_of(
    const struct writer *w, const struct rcpt *r, char out[ENHANCED_LEN + 1])
{
	static const char *const fallback[] = {[DSN_FAILED] = "5.0.0",
	    [DSN_DELAYED] = "4.4.1",
	    [DSN_RELAYED] = "2.0.0"};
	const char *code = reply_of(w, r);
	size_t n;

	strlcpy(out, fallback[action_of(w, r)], ENHANCED_LEN + 1);
	if (has_expired(w, r)) {
		strlcpy(out, "4.4.7", ENHANCED_LEN + 1);
		return;
	}
	if (w->action == DSN_DELAYED && code[0] != '4')
		return;
	if (strlen(code) < 9 || code[3] != ' ')
		return;
	n = strspn(code + 4, "0123456789.");
	if (code[4] == code[0] && code[5] == '.' && n <= ENHANCED_LEN) {
		memcpy(out, code + 4, n);
		out[n] = '\0';
	}
}

static void
put(struct writer *w, const char *fmt, ...)
{
	char line[LINE];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	if (w->result != 0 || n <= 0)
		return;
	if ((size_t)n >= sizeof line)
		n = sizeof line - 1;
	w->result = draft_write(w->draft, line, (size_t)n);
}

/* Printable ASCII only, cut where it does not fit. */
static void
clean(const char *in, char *out, size_t size)
{
	size_t n = 0;

	for (; *in != '\0' && n + 1 < size; in++)
		out[n++] = *in >= 0x20 && *in < 0x7f ? *in : '?';
	out[n] = '\0';
}
