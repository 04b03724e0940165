/* SPDX-License-Identifier: ISC */
/*
 *	Received: from mail.example.org (mail.example.org [192.0.2.1])
 *		by backup.example.net with ESMTP id 6740fe1a0c8f21b5d3e9
 *		for <b@example.com>; Mon, 23 Nov 2026 10:00:00 +0000
 *
 * Under TLS a line "(using TLSv1.3 with cipher … (256/256 bits))" is before
 * "by", and one "(client certificate verified: mail.example.org)" where it was.
 * "unknown" stands where the address has no name of its own.
 */
#include "trace.h"

#include <stdio.h>
#include <string.h>

#include "checks.h"
#include "date.h"
#include "scanproto.h"

static void describe_tls(const struct tls_answer *, char *, size_t);

const char *
trace_protocol(const struct session *s)
{
	if (s->mail.params.smtputf8)
		return s->tls.up ? "UTF8SMTPS" : "UTF8SMTP";
	if (!s->extended)
		return "SMTP"; /* RFC 3848 has no other word for HELO */
	return s->tls.up ? "ESMTPS" : "ESMTP";
}

void
trace_received(const struct session *s, const char *id, const char *for_,
    time_t when, char out[TRACE_LEN])
{
	const char *name = s->client.name[0] ? s->client.name : "unknown";
	char address[LITERAL_LEN + 1], date[DATE_LEN];
	char tls[2 * TLS_WORD + DOMAIN_LEN + 128];
	size_t len = strlen(out);

	ip_format_literal(&s->client.ip, address);
	date_format(when, date);
	describe_tls(&s->tls, tls, sizeof tls);
	snprintf(out + len, TRACE_LEN - len,
	    "Received: from %s (%s %s)%s\r\n\tby %s with %s id %s%s%s%s; "
	    "%s\r\n",
	    s->helo, name, address, tls, s->conf->hostname, trace_protocol(s),
	    id, for_ ? "\r\n\tfor <" : "", for_ ? for_ : "", for_ ? ">" : "",
	    date);
}

/* The comment that others write, and filters know. */
static void
describe_tls(const struct tls_answer *a, char *out, size_t size)
{
	size_t len;

	*out = '\0';
	if (!a->up)
		return;
	snprintf(out, size, "\r\n\t(using %s with cipher %s (%u/%u bits))",
	    a->protocol, a->cipher, a->bits, a->bits);
	len = strlen(out);
	if (a->verified != TLS_UNVERIFIED && *a->peer_names != '\0')
		snprintf(out + len, size - len,
		    "\r\n\t(client certificate verified: %.*s)",
		    (int)strcspn(a->peer_names + 1, " "), a->peer_names + 1);
}

/* Rules are many words joined by commas: the field is folded behind them. */
void
trace_spam(const struct session *s, char out[TRACE_LEN])
{
	const struct scan_answer *a;
	double most;
	size_t len = strlen(out);
	char *rules;

	if (!checks_made(s, "spam") ||
	    (a = s->oracle->spam(s->oracle->ctx, s)) == NULL ||
	    a->result == SCAN_FAILED)
		return;
	most = s->oracle->spam_threshold(s->oracle->ctx, s, s->mail.domain);
	snprintf(out + len, TRACE_LEN - len,
	    "X-Spam-Status: %s, score=%.1f required=%.1f\r\n\ttests=%s\r\n",
	    a->score > most ? "Yes" : "No", a->score, most, a->name);
	rules = strstr(out + len, "tests=");
	while (rules != NULL && strlen(rules) > 70 &&
	    (rules = strchr(rules + 60, ',')) != NULL) {
		size_t room = (size_t)(out + TRACE_LEN - 1 - rules);

		if (strlen(rules) + 3 > room)
			break;
		memmove(rules + 4, rules + 1, strlen(rules + 1) + 1);
		memcpy(rules, ",\r\n\t", 4);
		rules += 4;
	}
}
