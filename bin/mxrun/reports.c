/* SPDX-License-Identifier: ISC */
#include "reports.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "books.h"
#include "dns.h"
#include "log.h"
#include "report_mail.h"
#include "tlsrpt.h"
#include "wire.h"

enum { DAY = 86400, LOOKUP_MS = 20000 };

enum wanted {
	WANTED_YES,
	WANTED_NO,
	WANTED_UNKNOWN /* the DNS does not say just now */
};

struct reporting {
	struct run run;
	struct books books;
	struct dns *dns;
	bool queued, trouble;
};

static bool open_all(struct reporting *, const struct conf *);
static void report_all(struct reporting *);
static bool report(struct reporting *, const struct tlsrpt_day *);
static enum wanted look_up(
    struct dns *, const char *domain, struct tlsrpt *out);
static bool find_record(const struct dns_text *, struct tlsrpt *);
static bool queue(
    struct reporting *, const struct tlsrpt_day *, const char *to);

int
reports_run(const struct conf *conf)
{
	struct reporting r = {.run = {.conf = conf}};

	if (open_all(&r, conf))
		report_all(&r);
	else
		r.trouble = true;
	dns_free(r.dns);
	books_close(&r.books);
	if (r.run.spool.root > 0)
		spool_close(&r.run.spool);
	return r.trouble ? EX_TEMPFAIL : EX_OK;
}

static bool
open_all(struct reporting *r, const struct conf *conf)
{
	books_init(&r->books, conf, &r->run.backoff);
	if (!books_are_open(&r->books))
		return false;
	if ((r->dns = dns_new(conf)) == NULL) {
		log_event(
		    LOG_L_ERROR, "no-resolver", "error", strerror(errno), NULL);
		return false;
	}
	if (spool_open(&r->run.spool, conf->spool) == 0)
		return true;
	r->run.spool.root = -1;
	log_event(LOG_L_ERROR, "no-spool", "path", conf->spool, "error",
	    strerror(errno), NULL);
	return false;
}

/* A day that was reported is forgotten; one of which nobody can say whether it
 * is wanted stays for the next time, until it is pruned. */
static void
report_all(struct reporting *r)
{
	struct state_db *state = r->books.state;
	bool all = books_number(&r->books, NULL, "tlsrpt", 1) != 0;
	int64_t today = time(NULL) / DAY;
	struct tlsrpt_day d = {.day = 0};

	while (tlsrpt_next(state, today, &d) == ANSWER_YES) {
		if ((!all || report(r, &d)) && tlsrpt_forget(state, &d) == -1)
			r->trouble = true;
	}
	if (r->queued && *r->run.conf->arc_key == '\0')
		log_event(LOG_L_INFO, "tlsrpt-unsigned", "reason",
		    "there is no arc_key", NULL);
	if (tlsrpt_prune(state, time(NULL)) == -1)
		r->trouble = true;
}

/* False: it is to be tried once more. */
static bool
report(struct reporting *r, const struct tlsrpt_day *d)
{
	struct tlsrpt record;
	bool sent = false;

	switch (look_up(r->dns, d->domain, &record)) {
	case WANTED_NO:
		return true;
	case WANTED_UNKNOWN:
		return false;
	case WANTED_YES:
		break;
	}
	for (unsigned i = 0; i < record.n; i++)
		sent |= queue(r, d, record.mailto[i]);
	if (record.n == 0)
		log_event(LOG_L_INFO, "tlsrpt-not-by-mail", "domain", d->domain,
		    NULL);
	return sent || record.n == 0;
}

static enum wanted
look_up(struct dns *dns, const char *domain, struct tlsrpt *out)
{
	char name[DOMAIN_LEN + 16];
	struct dns_text text;

	if (*domain == '[' ||
	    snprintf(name, sizeof name, "_smtp._tls.%s", domain) > DOMAIN_LEN)
		return WANTED_NO;
	switch (dns_txt(dns, name, wire_now() + LOOKUP_MS, &text)) {
	case DNS_FOUND:
		return find_record(&text, out) ? WANTED_YES : WANTED_NO;
	case DNS_TEMPFAIL:
		return WANTED_UNKNOWN;
	default:
		return WANTED_NO;
	}
}

/* RFC 8460 3: of those that are meant there has to be one. */
static bool
find_record(const struct dns_text *text, struct tlsrpt *out)
{
	size_t meant = 0, at = 0;

	for (size_t i = 0; i < text->n; i++) {
		if (!tlsrpt_is_meant(
			text->record[i].octets, text->record[i].len))
			continue;
		meant++;
		at = i;
	}
	return meant == 1 &&
	    tlsrpt_parse(text->record[at].octets, text->record[at].len, out);
}

static bool
queue(struct reporting *r, const struct tlsrpt_day *d, const char *to)
{
	const struct report_of of = {
	    .run = &r->run, .state = r->books.state, .day = d};

	if (report_mail(&of, to) == -1) {
		log_event(LOG_L_ERROR, "no-tlsrpt", "domain", d->domain, "to",
		    to, "error", strerror(errno), NULL);
		r->trouble = true;
		return false;
	}
	r->queued = true;
	log_event(LOG_L_INFO, "tlsrpt", "domain", d->domain, "to", to, NULL);
	return true;
}
