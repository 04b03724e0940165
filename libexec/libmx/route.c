/* SPDX-License-Identifier: ISC */
/*
 * A host of the MX list that is ourselves, by name or by address, ends the
 * list: it and all that are not better are left out, so that mail can not go
 * round between backups (RFC 5321 5.1).
 */
#include "route.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain.h"

enum { SMTP_PORT = 25 };

static enum route_status by_row(
    struct dns *, const struct route_question *, struct route *);
static enum route_status by_literal(
    const struct route_question *, struct route *);
static enum route_status by_mx(struct dns *, const struct conf *,
    const struct route_question *, struct route *);
static enum route_status by_list(struct dns *, const struct conf *,
    int64_t deadline, const struct dns_mx *, size_t n, struct route *);
static enum route_status by_address(
    struct dns *, const struct route_question *, struct route *);
static enum dns_status add_host(struct dns *, const char *host,
    unsigned short port, int64_t deadline, bool *ours, struct route *);
static void add(
    struct route *, const struct ip *, unsigned short port, const char *host);
static void note_base(
    struct dns *, int64_t deadline, size_t first, struct route *);
static enum route_status trouble(struct route *, enum route_status,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

enum route_status
route_find(struct dns *dns, const struct conf *conf,
    const struct route_question *q, struct route *r)
{
	r->n = 0;
	r->reason[0] = r->owner[0] = '\0';
	r->named = false;
	r->secure = true; /* a row, or the domain's own name */
	if (q->handled && q->row[0] != '\0')
		return by_row(dns, q, r);
	if (*q->domain == '[')
		return by_literal(q, r);
	return by_mx(dns, conf, q, r);
}

bool
route_parse(const char *s, char host[DOMAIN_LEN + 1], unsigned short *port)
{
	const char *end = strchr(s, ']'), *wrong = NULL;
	size_t n;

	if (*s != '[' || end == NULL)
		return false;
	n = (size_t)(end - s) - 1;
	if (n == 0 || n > DOMAIN_LEN)
		return false;
	memcpy(host, s + 1, n);
	host[n] = '\0';
	*port = SMTP_PORT;
	if (end[1] == '\0')
		return true;
	if (end[1] != ':')
		return false;
	*port = (unsigned short)strtonum(end + 2, 1, 65535, &wrong);
	return wrong == NULL;
}

static enum route_status
by_row(struct dns *dns, const struct route_question *q, struct route *r)
{
	char host[DOMAIN_LEN + 1], name[DOMAIN_LEN + 1];
	unsigned short port;
	struct ip ip;
	bool ours = false;

	r->named = true;
	if (!route_parse(q->row, host, &port))
		return trouble(
		    r, ROUTE_TEMPORARY, "route %s is not [host]:port", q->row);
	if (ip_parse(&ip, host, strlen(host))) {
		ours = port == SMTP_PORT && ip_is_ours(&ip);
		add(r, &ip, port, host);
	} else if (!domain_normal(host, strlen(host), name) ||
	    add_host(dns, name, port, q->deadline, &ours, r) != DNS_FOUND) {
		return trouble(
		    r, ROUTE_TEMPORARY, "route %s has no address", host);
	}
	if (!ours)
		return ROUTE_FOUND;
	return trouble(
	    r, ROUTE_TEMPORARY, "route %s leads back to this host", q->row);
}

static enum route_status
by_literal(const struct route_question *q, struct route *r)
{
	struct ip ip;

	if (!ip_parse_literal(&ip, q->domain, strlen(q->domain)) ||
	    ip_is_ours(&ip))
		return trouble(r, ROUTE_PERMANENT,
		    "%s is not an address that mail can go to", q->domain);
	add(r, &ip, SMTP_PORT, q->domain);
	return ROUTE_FOUND;
}

static enum route_status
by_mx(struct dns *dns, const struct conf *conf, const struct route_question *q,
    struct route *r)
{
	enum route_status lasting =
	    q->handled ? ROUTE_TEMPORARY : ROUTE_PERMANENT;
	struct dns_mx mx[DNS_MX_MAX];
	size_t n;

	switch (dns_mx(dns, q->domain, q->deadline, mx, &n)) {
	case DNS_FOUND:
		r->secure = dns_trail(dns)->secure;
		if (strcmp(dns_trail(dns)->name, q->domain) != 0)
			strlcpy(
			    r->owner, dns_trail(dns)->name, sizeof r->owner);
		break;
	case DNS_NODATA:
		return by_address(dns, q, r);
	case DNS_NXDOMAIN:
		return trouble(
		    r, lasting, "the DNS knows no domain %s", q->domain);
	default:
		return trouble(r, ROUTE_TEMPORARY,
		    "the DNS does not answer for %s", q->domain);
	}
	if (n == 0)
		return trouble(r, ROUTE_TEMPORARY, "%s has no usable MX record",
		    q->domain);
	if (n == 1 && mx[0].host[0] == '\0')
		return trouble(r, lasting,
		    "%s takes no mail (null MX, RFC 7505)", q->domain);
	return by_list(dns, conf, q->deadline, mx, n, r);
}

/* MX holds hosts of ascending preference. */
static enum route_status
by_list(struct dns *dns, const struct conf *conf, int64_t deadline,
    const struct dns_mx *mx, size_t n, struct route *r)
{
	size_t better = 0; /* targets of better preference than the current */
	bool ours = false;

	for (size_t i = 0; i < n && !ours; i++) {
		if (i == 0 || mx[i].preference != mx[i - 1].preference)
			better = r->n;
		if (strcmp(mx[i].host, conf->hostname) == 0)
			ours = true;
		else
			add_host(
			    dns, mx[i].host, SMTP_PORT, deadline, &ours, r);
	}
	if (ours)
		r->n = better;
	if (r->n > 0)
		return ROUTE_FOUND;
	if (ours)
		return trouble(r, ROUTE_OURS,
		    "this host is itself the best MX: no better one is left");
	return trouble(r, ROUTE_TEMPORARY,
	    "no MX host has an address, %s the first", mx[0].host);
}

static enum route_status
by_address(struct dns *dns, const struct route_question *q, struct route *r)
{
	enum route_status lasting =
	    q->handled ? ROUTE_TEMPORARY : ROUTE_PERMANENT;
	bool ours = false;
	enum dns_status found =
	    add_host(dns, q->domain, SMTP_PORT, q->deadline, &ours, r);

	if (ours)
		return trouble(r, ROUTE_OURS,
		    "%s has no MX and its address is this host's", q->domain);
	if (found == DNS_FOUND)
		return ROUTE_FOUND;
	if (found == DNS_TEMPFAIL)
		return trouble(r, ROUTE_TEMPORARY,
		    "the DNS does not answer for %s", q->domain);
	return trouble(r, lasting, "%s has neither MX nor address", q->domain);
}

/* All addresses of HOST; *OURS when one of them is. */
static enum dns_status
add_host(struct dns *dns, const char *host, unsigned short port,
    int64_t deadline, bool *ours, struct route *r)
{
	struct ip ip[DNS_ADDR_MAX];
	size_t n, first = r->n;
	enum dns_status status = dns_addr(dns, host, deadline, ip, &n);

	if (status != DNS_FOUND)
		return status;
	for (size_t i = 0; i < n; i++) {
		*ours |= port == SMTP_PORT && ip_is_ours(&ip[i]);
		add(r, &ip[i], port, host);
	}
	note_base(dns, deadline, first, r);
	return DNS_FOUND;
}

/*
 * Of the targets from FIRST on, addresses of one host.  Where an alias leads to
 * is the better name, if DNSSEC vouches for all of the way; where it vouches
 * for the alias alone, that name is (RFC 7672 2.2.2).
 */
static void
note_base(struct dns *dns, int64_t deadline, size_t first, struct route *r)
{
	const struct dns_trail *t = dns_trail(dns);
	const char *host, *base = "";

	if (first == r->n || !r->secure)
		return;
	host = r->target[first].host;
	if (t->secure)
		base = t->name;
	else if (strcmp(t->name, host) != 0 &&
	    dns_alias_is_secure(dns, host, deadline))
		base = host;
	for (size_t i = first; i < r->n; i++)
		strlcpy(r->target[i].base, base, sizeof r->target[i].base);
}

static void
add(struct route *r, const struct ip *ip, unsigned short port, const char *host)
{
	struct send_target *t = &r->target[r->n];

	if (r->n == SEND_TARGETS)
		return;
	r->n++;
	*t = (struct send_target){.ip = *ip, .port = port};
	strlcpy(t->host, host, sizeof t->host);
}

static enum route_status
trouble(struct route *r, enum route_status status, const char *fmt, ...)
{
	va_list ap;

	r->n = 0;
	va_start(ap, fmt);
	vsnprintf(r->reason, sizeof r->reason, fmt, ap);
	va_end(ap);
	return status;
}
