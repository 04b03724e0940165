/* SPDX-License-Identifier: ISC */
#include "dnsbl.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <stdio.h>
#include <string.h>

#include "dns_query.h"

static void ask(struct dnsbl_item *, const struct ip *);
static void on_answer(void *, int, const unsigned char *, int);
static enum dnsbl_outcome judge(
    const struct dnsbl_item *, const struct ip *, size_t n);
static void test_zone(struct dnsbl_item *);
static void conclude(struct dnsbl_item *, enum dnsbl_outcome);

void
dnsbl_start(struct dnsbl *d, struct dns *dns, const struct ip *ip,
    const struct dnsbl_zone *zones, size_t n)
{
	d->dns = dns;
	d->n = d->pending = n < DNSBL_ZONES ? n : DNSBL_ZONES;
	for (size_t i = 0; i < d->n; i++)
		d->item[i] = (struct dnsbl_item){
		    .zone = &zones[i], .outcome = DNSBL_PENDING, .list = d};
	for (size_t i = 0; i < d->n; i++)
		ask(&d->item[i], ip);
}

void
dnsbl_stop(struct dnsbl *d)
{
	for (size_t i = 0; i < d->n; i++) {
		if (d->item[i].outcome == DNSBL_PENDING)
			conclude(&d->item[i], DNSBL_UNAVAILABLE);
	}
}

bool
dnsbl_name(const struct ip *ip, const char *zone, char out[DOMAIN_LEN + 1])
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *o = ip->octets;
	char reversed[64 + 1], *at = reversed;
	int n;

	if (ip->family == AF_INET6) {
		for (int i = 15; i >= 0; i--) {
			*at++ = hex[o[i] & 15];
			*at++ = '.';
			*at++ = hex[o[i] >> 4];
			*at++ = '.';
		}
		at[-1] = '\0';
	} else {
		snprintf(reversed, sizeof reversed, "%u.%u.%u.%u", o[3], o[2],
		    o[1], o[0]);
	}
	n = snprintf(out, DOMAIN_LEN + 1, "%s.%s", reversed, zone);
	return n > 0 && n <= DOMAIN_LEN;
}

static void
ask(struct dnsbl_item *item, const struct ip *ip)
{
	char name[DOMAIN_LEN + 1];

	if (dnsbl_name(ip, item->zone->zone, name))
		dns_ask(item->list->dns, name, ns_t_a, on_answer, item);
	else
		conclude(item, DNSBL_NOT_LISTED);
}

static void
on_answer(void *ctx, int status, const unsigned char *answer, int len)
{
	struct dnsbl_item *item = ctx;
	struct ip ip[DNS_ADDR_MAX];
	enum dns_status found = dns_status_of(status);
	size_t n = 0;

	if (item->outcome != DNSBL_PENDING)
		return;
	if (found == DNS_FOUND)
		found = dns_parse_addr(AF_INET, answer, len, ip, &n);
	if (item->testing) {
		/* 127.0.0.1 is no host that anybody would list */
		conclude(
		    item, found == DNS_FOUND ? DNSBL_BROKEN : DNSBL_LISTED);
	} else if (found == DNS_FOUND) {
		enum dnsbl_outcome outcome = judge(item, ip, n);

		if (outcome == DNSBL_LISTED)
			test_zone(item);
		else
			conclude(item, outcome);
	} else {
		conclude(item,
		    found == DNS_TEMPFAIL ? DNSBL_UNAVAILABLE
					  : DNSBL_NOT_LISTED);
	}
}

static enum dnsbl_outcome
judge(const struct dnsbl_item *item, const struct ip *ip, size_t n)
{
	enum dnsbl_outcome outcome = DNSBL_NOT_LISTED;

	for (size_t i = 0; i < n; i++) {
		const unsigned char *o = ip[i].octets;

		if (o[0] != 127 || (o[1] == 255 && o[2] == 255))
			return DNSBL_BROKEN;
		if (dnsbl_codes_match(item->zone->codes, o))
			outcome = DNSBL_LISTED;
	}
	return outcome;
}

/* A zone that was sold lists everybody, and 127.0.0.1 with them. */
static void
test_zone(struct dnsbl_item *item)
{
	struct ip loopback;

	item->testing = true;
	ip_parse(&loopback, "127.0.0.1", strlen("127.0.0.1"));
	ask(item, &loopback);
}

static void
conclude(struct dnsbl_item *item, enum dnsbl_outcome outcome)
{
	item->outcome = outcome;
	item->list->pending--;
}
