/* SPDX-License-Identifier: ISC */
/* The DNS tree walk (RFC 9989 4.10, 4.10.2). */
#include "dmarc_walk.h"

#include <stdio.h>
#include <string.h>

static enum dns_status ask(
    struct dmarc_dns *, const char *, struct dmarc_record *);
static const char *organization(const struct dmarc_walk *, const char *);
static const char *one_below(const char *, const char *);
static size_t count_labels(const char *);

enum dns_status
dmarc_ask(struct dmarc_dns *d, const char *domain, struct dmarc_record *r)
{
	struct dmarc_known *k;

	for (size_t i = 0; i < d->n; i++) {
		k = &d->known[i];
		if (strcmp(k->domain, domain) == 0) {
			*r = k->record;
			return k->status;
		}
	}
	if (d->n == WALK_CACHE)
		return ask(d, domain, r);
	k = &d->known[d->n++];
	strlcpy(k->domain, domain, sizeof k->domain);
	k->status = ask(d, domain, &k->record);
	*r = k->record;
	return k->status;
}

enum dns_status
dmarc_walk(struct dmarc_dns *d, const char *domain, struct dmarc_walk *w)
{
	w->n = 0;
	w->org = domain;
	for (const char *at = domain; at != NULL; at = dmarc_walk_next(at)) {
		struct dmarc_record r;
		enum dns_status status = dmarc_ask(d, at, &r);

		if (status == DNS_TEMPFAIL)
			return status;
		if (status != DNS_FOUND)
			continue;
		w->found[w->n].domain = at;
		w->found[w->n++].record = r;
		if (r.psd != PSD_UNKNOWN || w->n == WALK_STEPS)
			break;
	}
	w->org = organization(w, domain);
	return DNS_FOUND;
}

const char *
dmarc_walk_next(const char *domain)
{
	size_t labels = count_labels(domain), drop = 1;

	if (labels > WALK_STEPS)
		drop = labels - (WALK_STEPS - 1);
	while (drop-- > 0) {
		if ((domain = strchr(domain, '.')) == NULL)
			return NULL;
		domain++;
	}
	return domain;
}

static enum dns_status
ask(struct dmarc_dns *d, const char *domain, struct dmarc_record *r)
{
	char name[WALK_NAME];
	struct dmarc_record one;
	enum dns_status status;
	size_t records = 0;

	if (snprintf(name, sizeof name, "_dmarc.%s", domain) > DOMAIN_LEN)
		return DNS_NODATA;
	status = d->ask(d->ctx, name, &d->text);
	if (status != DNS_FOUND)
		return status == DNS_TEMPFAIL ? status : DNS_NODATA;
	for (size_t i = 0; i < d->text.n; i++) {
		if (dmarc_record_parse(&one, d->text.record[i].octets,
			d->text.record[i].len)) {
			*r = one;
			records++;
		}
	}
	return records == 1 ? DNS_FOUND : DNS_NODATA;
}

/* The longest name that says so, else the shortest that has a record. */
static const char *
organization(const struct dmarc_walk *w, const char *domain)
{
	for (size_t i = 0; i < w->n; i++) {
		const char *at = w->found[i].domain;

		if (w->found[i].record.psd == PSD_NO)
			return at;
		if (w->found[i].record.psd == PSD_YES && at != domain)
			return one_below(domain, at);
	}
	return w->n > 0 ? w->found[w->n - 1].domain : domain;
}

/* PARENT is the end of DOMAIN. */
static const char *
one_below(const char *domain, const char *parent)
{
	const char *at = parent - 1; /* the dot */

	while (at > domain && at[-1] != '.')
		at--;
	return at;
}

static size_t
count_labels(const char *domain)
{
	size_t n = 1;

	while ((domain = strchr(domain, '.')) != NULL) {
		domain++;
		n++;
	}
	return n;
}
