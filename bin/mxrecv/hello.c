/* SPDX-License-Identifier: ISC */
/*
 * HELO and EHLO (RFC 5321 4.1.1.1):
 *
 *	C: EHLO mail.example.org
 *	S: 250-backup.example.net greets mail.example.org [192.0.2.1]
 *	S: 250-PIPELINING …
 */
#include <inttypes.h>
#include <string.h>

#include "checks.h"
#include "domain.h"
#include "verbs.h"

static bool greet(struct session *, const char *arg, size_t n, struct reply *);
static void note_helo(struct session *, const char *arg, size_t n);

enum next
verb_helo(struct session *s, const char *arg, size_t n, struct reply *r)
{
	char address[IP_TEXT];

	if (!greet(s, arg, n, r))
		return NEXT_LINE;
	ip_format(&s->client.ip, address);
	s->extended = false;
	reply_set(r, 250, NULL, "%s greets %s [%s]", s->conf->hostname, s->helo,
	    address);
	return NEXT_LINE;
}

enum next
verb_ehlo(struct session *s, const char *arg, size_t n, struct reply *r)
{
	char address[IP_TEXT];
	const char *tls = "";

	if (!greet(s, arg, n, r))
		return NEXT_LINE;
	ip_format(&s->client.ip, address);
	s->extended = true;
	if (s->tls.up)
		tls = "REQUIRETLS\n"; /* RFC 8689 2: over TLS only */
	else if (s->store->offers_tls(s->store->ctx))
		tls = "STARTTLS\n";
	reply_set(r, 250, NULL,
	    "%s greets %s [%s]\nPIPELINING\nSIZE %" PRIu64
	    "\n8BITMIME\nSMTPUTF8\nENHANCEDSTATUSCODES\nCHUNKING\nDSN\nETRN\n"
	    "LIMITS RCPTMAX=%d RCPTDOMAINMAX=%d\n%sHELP",
	    s->conf->hostname, s->helo, address, s->conf->max_message_size,
	    RECIPIENTS, RECIPIENT_DOMAINS, tls);
	return NEXT_LINE;
}

/* A good HELO name ends any transaction (RFC 5321 4.1.4); a bad one changes
 * nothing. */
static bool
greet(struct session *s, const char *arg, size_t n, struct reply *r)
{
	char before[sizeof s->helo];

	memcpy(before, s->helo, sizeof before);
	note_helo(s, arg, n);
	if (!checks_run(s, STAGE_HELO, r)) {
		memcpy(s->helo, before, sizeof before);
		return false;
	}
	session_reset(s);
	s->phase = PHASE_GREETED;
	return true;
}

/* The name in inner form; what is none (policy may let it pass) is made safe
 * for a Received field. */
static void
note_helo(struct session *s, const char *arg, size_t n)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789.:-_[]";

	if (domain_normal(arg, n, s->helo))
		return;
	strlcpy(s->helo, arg, sizeof s->helo);
	for (char *c = s->helo; *c != '\0'; c++) {
		if (strchr(safe, *c) == NULL)
			*c = '?';
	}
}
