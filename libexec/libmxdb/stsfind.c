/* SPDX-License-Identifier: ISC */
/*
 * RFC 8461 3.1, 3.3, 5.1.  A policy holds until its max_age is over, whatever
 * becomes of the record or of the web server meanwhile; another id of the
 * record, or a day, has it fetched anew.  What failed is not tried again for
 * five minutes.
 */
#include "stsfind.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wire.h"

enum {
	REFRESH = 86400, /* RFC 8461 10.2 */
	AGAIN = 300,	 /* RFC 8461 3.3: five minutes or more */
	FETCH_MS = 30000,
	HTTPS_PORT = 443
};

struct look {
	const struct sts_question *q;
	struct state_db *state; /* NULL: none can be had */
	struct sts_found *out;
	struct sts_entry entry;
	char id[STS_ID + 1]; /* that the DNS tells; "": no policy is told of */
	time_t now;
};

static void give(const struct sts_entry *, struct sts_found *);
static void find_id(struct look *);
static bool is_to_be_fetched(const struct look *);
static void fetch(struct look *);
static bool find_addresses(struct look *, struct sts_request *);
static void note(struct look *);

void
sts_find(const struct sts_question *q, struct sts_found *out)
{
	struct look *l = calloc(1, sizeof *l);
	char err[DB_ERROR];

	*out = (struct sts_found){.has = false};
	if (l == NULL)
		return;
	*l = (struct look){.q = q, .out = out, .now = time(NULL)};
	l->state = state_db_open(q->conf->state, err);
	if (l->state != NULL)
		stscache_find(l->state, q->domain, &l->entry);
	find_id(l);
	if (is_to_be_fetched(l)) {
		fetch(l);
		note(l);
	}
	give(&l->entry, out);
	state_db_close(l->state);
	free(l);
}

void
sts_recall(struct state_db *state, const char *domain, struct sts_found *out)
{
	struct sts_entry *e = malloc(sizeof *e);

	*out = (struct sts_found){.has = false};
	if (e != NULL && stscache_find(state, domain, e) == ANSWER_YES)
		give(e, out);
	free(e);
}

static void
give(const struct sts_entry *e, struct sts_found *out)
{
	out->has = stscache_holds(e, time(NULL));
	if (out->has)
		out->policy = e->policy;
}

/* Exactly one record may mean to be one (RFC 8461 3.1). */
static void
find_id(struct look *l)
{
	char name[DOMAIN_LEN + sizeof "_mta-sts."];
	struct dns_text *text = malloc(sizeof *text);
	size_t meant = 0;

	if (text == NULL)
		return;
	if (snprintf(name, sizeof name, "_mta-sts.%s", l->q->domain) >
		DOMAIN_LEN ||
	    dns_txt(l->q->dns, name, l->q->deadline, text) != DNS_FOUND)
		text->n = 0;
	for (size_t i = 0; i < text->n; i++) {
		const char *s = text->record[i].octets;
		size_t n = text->record[i].len;

		if (!sts_record_is_meant(s, n))
			continue;
		meant++;
		sts_record_parse(s, n, l->id);
	}
	if (meant != 1)
		l->id[0] = '\0';
	free(text);
}

static bool
is_to_be_fetched(const struct look *l)
{
	const struct sts_entry *e = &l->entry;
	bool known = strcmp(e->id, l->id) == 0;

	if (*l->id == '\0')
		return false;
	if (known && stscache_holds(e, l->now) && l->now - e->fetched < REFRESH)
		return false;
	return e->tried > l->now || l->now - e->tried >= AGAIN;
}

static void
fetch(struct look *l)
{
	struct sts_request r = {.deadline_ms = FETCH_MS};
	struct sts_answer *a = malloc(sizeof *a);

	if (a == NULL)
		return;
	*a = (struct sts_answer){.failure = STS_FETCH_ERROR};
	strlcpy(r.domain, l->q->domain, sizeof r.domain);
	strlcpy(r.libexec, l->q->conf->libexec, sizeof r.libexec);
	strlcpy(
	    r.authorities, l->q->conf->tls_authorities, sizeof r.authorities);
	if (!find_addresses(l, &r)) {
		snprintf(a->reason, sizeof a->reason,
		    "its web server has no address");
	} else if (sts_ask(&r, a) == -1) {
		a->failure = STS_FETCH_ERROR;
		snprintf(
		    a->reason, sizeof a->reason, "mx-sts: %s", strerror(errno));
	}
	l->out->failure = a->failure;
	strlcpy(l->out->why, a->reason, sizeof l->out->why);
	if (a->failure == STS_NO_FAILURE) {
		l->entry.policy = a->policy;
		l->entry.fetched = l->now;
		strlcpy(l->entry.id, l->id, sizeof l->entry.id);
	}
	free(a);
}

static bool
find_addresses(struct look *l, struct sts_request *r)
{
	char name[DOMAIN_LEN + sizeof "mta-sts."];
	struct ip ip[DNS_ADDR_MAX];
	size_t n = 0;

	if (snprintf(name, sizeof name, "mta-sts.%s", r->domain) > DOMAIN_LEN ||
	    dns_addr(l->q->dns, name, l->q->deadline, ip, &n) != DNS_FOUND)
		return false;
	for (size_t i = 0; i < n && i < ENDPOINTS; i++) {
		r->addresses.at[i] = (struct endpoint){ip[i], HTTPS_PORT};
		r->addresses.n++;
	}
	return true;
}

static void
note(struct look *l)
{
	l->entry.tried = l->now;
	if (l->state != NULL)
		stscache_put(l->state, l->q->domain, &l->entry);
}
