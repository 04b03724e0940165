/* SPDX-License-Identifier: ISC */
/*
 * Taking responsibility (RFC 5321 6.1): one file for each domain, all of them
 * on disk before the first gets its name, all of them named before the client
 * hears 250.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "decision.h"
#include "disk.h"
#include "evidence.h"
#include "log.h"
#include "seal.h"
#include "session.h"
#include "trace.h"

struct copy { /* of one domain */
	struct draft *draft;
	char domain[DOMAIN_LEN + 1];
	char id[ID_NAME + 1];
	const char *seal; /* fields before all others */
	bool linked;
};

static bool has_room_for(
    const struct disk *, const struct session *, unsigned copies);
static bool prepare(struct disk *, const struct session *, struct copy *,
    unsigned group, time_t now);
static bool link_all(struct disk *, struct copy *, unsigned n);
static void take_back(struct disk *, struct copy *, unsigned n);
static struct envelope *make_envelope(
    const struct session *, struct copy *, unsigned group, time_t now);
static int fill(struct envelope *, const struct session *);
static int add_rcpts(
    struct envelope *, const struct session *, struct copy *, unsigned group);
static void write_receipt(struct disk *, const struct session *,
    const struct copy *, unsigned n, char receipt[RECEIPT_TEXT]);

bool
accept_message(
    struct disk *d, const struct session *s, char receipt[RECEIPT_TEXT])
{
	unsigned n = s->mail.rcpts.domains;
	struct copy *copies = calloc(n, sizeof *copies);
	char seal[SEAL_FIELDS];
	time_t now = time(NULL);
	bool good = copies != NULL && has_room_for(d, s, n - 1);
	int saved;

	*seal = '\0';
	if (good)
		seal_message(s, &d->draft, seal);
	/* the first copy is the draft itself, and is sealed last */
	for (unsigned i = n; good && i-- > 0;) {
		copies[i].seal = seal;
		good = prepare(d, s, &copies[i], i, now);
	}
	good = good && link_all(d, copies, n);
	saved = errno;
	if (good)
		write_receipt(d, s, copies, n, receipt);
	else if (copies != NULL)
		take_back(d, copies, n);
	for (unsigned i = 1; copies != NULL && i < n; i++)
		free(copies[i].draft);
	free(copies);
	d->drafting = d->drafting && !good;
	errno = saved;
	return good;
}

struct envelope *
accept_head(const struct session *s)
{
	struct envelope *e = envelope_new();

	if (e != NULL && fill(e, s) == 0)
		return e;
	envelope_free(e);
	return NULL;
}

struct envelope *
accept_whole(struct disk *d, const struct session *s, char id[ID_NAME + 1])
{
	char seal[SEAL_FIELDS] = "";
	struct copy copy = {.seal = seal};
	struct envelope *e;

	seal_message(s, &d->draft, seal);
	e = make_envelope(s, &copy, 0, time(NULL));
	strlcpy(id, copy.id, ID_NAME + 1);
	return e;
}

void
accept_relayed(struct disk *d, const struct session *s, const struct relayed *r)
{
	char address[IP_TEXT], size[24], reason[REASON_LEN];

	ip_format(&s->client.ip, address);
	snprintf(size, sizeof size, "%llu",
	    (unsigned long long)s->mail.content.octets);
	snprintf(reason, sizeof reason, "to %.60s, which said %d %s %.120s",
	    r->host, r->reply->code, r->reply->enhanced, r->reply->text);
	log_event(LOG_L_INFO, "relayed", "id", r->id, "session", s->id,
	    "domain", r->domain, "from", s->mail.sender.mailbox, "size", size,
	    "client", address, "name", s->client.name, "helo", s->helo,
	    "reason", reason, NULL);
	notes_message(
	    &d->notes, s, &(struct noted_message){"relayed", r->id, reason});
}

static bool
has_room_for(const struct disk *d, const struct session *s, unsigned copies)
{
	if (copies == 0 ||
	    spool_has_room(&d->spool, copies * s->mail.content.octets))
		return true;
	errno = ENOSPC;
	return false;
}

/* A sealed draft with the envelope of one group of recipients. */
static bool
prepare(struct disk *d, const struct session *s, struct copy *copy,
    unsigned group, time_t now)
{
	struct envelope *e;
	bool good;

	if (group == 0) {
		copy->draft = &d->draft;
	} else {
		struct draft *draft = malloc(sizeof *draft);

		if (draft == NULL ||
		    draft_copy(draft, &d->draft, &d->spool) == -1) {
			free(draft);
			return false;
		}
		copy->draft = draft;
	}
	if ((e = make_envelope(s, copy, group, now)) == NULL)
		return false;
	good = draft_seal(copy->draft, e) == 0;
	envelope_free(e);
	return good;
}

static bool
link_all(struct disk *d, struct copy *copies, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct copy *c = &copies[i];

		if (draft_link(c->draft, &d->spool, c->domain, c->id) == -1)
			return false;
		c->linked = true;
	}
	return true;
}

/* Nothing of it was acknowledged: the client will come again. */
static void
take_back(struct disk *d, struct copy *copies, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct copy *c = &copies[i];

		if (c->linked)
			spool_unlink(&d->spool, c->domain, c->id);
		else if (c->draft != NULL)
			draft_abort(c->draft, &d->spool);
	}
	d->drafting = false;
}

static struct envelope *
make_envelope(
    const struct session *s, struct copy *copy, unsigned group, time_t now)
{
	struct envelope *e = envelope_new();
	char trace[TRACE_LEN];

	if (e == NULL)
		return NULL;
	e->arrived = now;
	if (id_new(copy->id) == -1 || fill(e, s) == -1 ||
	    add_rcpts(e, s, copy, group) == -1)
		goto fail;
	strlcpy(trace, copy->seal, sizeof trace);
	trace_results(s, trace);
	trace_spf(s, trace);
	trace_received(
	    s, copy->id, e->nrcpt == 1 ? e->rcpt[0].mailbox : NULL, now, trace);
	trace_spam(s, trace);
	if (envelope_set(&e->trace, trace) == -1)
		goto fail;
	return e;
fail:
	envelope_free(e);
	return NULL;
}

static int
fill(struct envelope *e, const struct session *s)
{
	const struct mail_params *p = &s->mail.params;
	char address[IP_TEXT], text[VERIFIED_LEN];
	struct verified verified;

	ip_format(&s->client.ip, address);
	evidence_verified(s, &verified);
	verified_format(&verified, text);
	e->body = p->body;
	e->cuts = s->mail.content.header.results.cuts;
	e->smtputf8 = p->smtputf8;
	if (p->requiretls)
		e->tls = TLS_REQUIRED;
	else if (s->mail.content.header.tls_optional)
		e->tls = TLS_OPTIONAL;
	e->ret = p->ret;
	if (envelope_set(&e->sender, s->mail.sender.mailbox) == -1 ||
	    envelope_set(&e->envid, p->envid) == -1 ||
	    envelope_set(&e->client, address) == -1 ||
	    envelope_set(&e->client_name, s->client.name) == -1 ||
	    envelope_set(&e->helo, s->helo) == -1 ||
	    envelope_set(&e->verified, text) == -1 ||
	    envelope_set(&e->proto, trace_protocol(s)) == -1)
		return -1;
	return 0;
}

static int
add_rcpts(struct envelope *e, const struct session *s, struct copy *copy,
    unsigned group)
{
	struct rcpt_entry r;
	size_t at = 0;

	while (rcpts_next(&s->mail.rcpts, &at, &r)) {
		if (r.group != group)
			continue;
		strlcpy(copy->domain, r.domain, sizeof copy->domain);
		if (envelope_add_rcpt(e, r.mailbox, r.notify, r.orcpt) == -1)
			return -1;
	}
	return 0;
}

static void
write_receipt(struct disk *d, const struct session *s,
    const struct copy *copies, unsigned n, char receipt[RECEIPT_TEXT])
{
	char address[IP_TEXT], size[24], more[40] = "";
	char reason[sizeof "for relay to " + DOMAIN_LEN];

	ip_format(&s->client.ip, address);
	snprintf(size, sizeof size, "%llu",
	    (unsigned long long)s->mail.content.octets);
	for (unsigned i = 0; i < n; i++) {
		log_event(LOG_L_INFO, "accepted", "id", copies[i].id, "session",
		    s->id, "domain", copies[i].domain, "from",
		    s->mail.sender.mailbox, "size", size, "client", address,
		    "name", s->client.name, "helo", s->helo, NULL);
		arrivals_add(
		    &d->arrivals, copies[i].domain, s->mail.content.octets);
		snprintf(
		    reason, sizeof reason, "for relay to %s", copies[i].domain);
		notes_message(&d->notes, s,
		    &(struct noted_message){"accepted", copies[i].id, reason});
	}
	if (n > 1)
		snprintf(more, sizeof more, " and %u other domain%s", n - 1,
		    n == 2 ? "" : "s");
	snprintf(receipt, RECEIPT_TEXT, "%s for relay to %s%s", copies[0].id,
	    copies[0].domain, more);
}
