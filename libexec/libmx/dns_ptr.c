/* SPDX-License-Identifier: ISC */
/*
 * The name of an address, believed only when it leads back to the address
 * (RFC 1912 2.1, RFC 8601 2.7.3's iprev).  The holder of an address can put
 * any name into its reverse zone; the forward is what it does not control.
 */
#include <ares.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns_query.h"
#include "domain.h"

enum {
	NAMES = 4, /* of one address that are followed (RFC 8601: a few) */
	REVERSE_LEN = 80
};

struct forward { /* a name on trial */
	struct dns_ptr *ptr;
	char name[DOMAIN_LEN + 1];
};

struct names_question {
	const struct ip *ip;
	enum dns_status status;
	char (*out)[DOMAIN_LEN + 1];
	size_t n;
	bool done;
};

static void on_names(void *, int, const unsigned char *, int);
static int parse_names(
    const struct ip *, const unsigned char *, int, struct hostent **);
static void reverse_name(const struct ip *, char[REVERSE_LEN]);
static void on_ptr(void *, int, const unsigned char *, int);
static void ask_forward(struct dns_ptr *, const char *);
static void on_forward(void *, int, const unsigned char *, int);
static bool leads_back(
    const struct dns_ptr *, const unsigned char *, int, enum dns_status *);
static void finish(struct dns_ptr *);

void
dns_ptr_start(struct dns *d, const struct ip *ip, struct dns_ptr *p)
{
	char name[REVERSE_LEN];

	*p = (struct dns_ptr){.dns = d, .ip = *ip};
	if (ip->family == 0) {
		p->status = DNS_NXDOMAIN;
		p->done = true;
		return;
	}
	reverse_name(ip, name);
	p->asked = 1;
	dns_ask(d, name, ns_t_ptr, on_ptr, p);
}

enum dns_status
dns_names(struct dns *d, const struct ip *ip, int64_t deadline,
    char out[DNS_NAMES_MAX][DOMAIN_LEN + 1], size_t *n)
{
	struct names_question q = {.ip = ip, .out = out};
	char name[REVERSE_LEN];

	reverse_name(ip, name);
	dns_ask(d, name, ns_t_ptr, on_names, &q);
	dns_wait(d, &q.done, &q.done, deadline);
	*n = q.n;
	return q.status;
}

static void
on_names(void *ctx, int status, const unsigned char *answer, int len)
{
	struct names_question *q = ctx;
	struct hostent *names = NULL;

	q->done = true;
	if (status == ARES_SUCCESS)
		status = parse_names(q->ip, answer, len, &names);
	q->status = dns_status_parsed(status);
	for (int i = 0; names != NULL && names->h_aliases[i] != NULL; i++) {
		const char *name = names->h_aliases[i];

		if (q->n < DNS_NAMES_MAX &&
		    domain_normal(name, strlen(name), q->out[q->n]))
			q->n++;
	}
	if (names != NULL)
		ares_free_hostent(names);
}

static int
parse_names(const struct ip *ip, const unsigned char *answer, int len,
    struct hostent **out)
{
	return ares_parse_ptr_reply(answer, len, ip->octets,
	    ip->family == AF_INET6 ? 16 : 4, ip->family, out);
}

/* RFC 1035 3.5, RFC 3596 2.5 */
static void
reverse_name(const struct ip *ip, char out[REVERSE_LEN])
{
	const unsigned char *o = ip->octets;
	size_t at = 0;

	if (ip->family == AF_INET) {
		snprintf(out, REVERSE_LEN, "%u.%u.%u.%u.in-addr.arpa", o[3],
		    o[2], o[1], o[0]);
		return;
	}
	for (int i = 15; i >= 0; i--, at += 4)
		snprintf(out + at, REVERSE_LEN - at, "%x.%x.", o[i] & 15U,
		    (unsigned)o[i] >> 4);
	snprintf(out + at, REVERSE_LEN - at, "ip6.arpa");
}

static void
on_ptr(void *ctx, int status, const unsigned char *answer, int len)
{
	struct dns_ptr *p = ctx;
	struct hostent *names = NULL;

	if (status == ARES_SUCCESS)
		status = parse_names(&p->ip, answer, len, &names);
	p->status = dns_status_parsed(status);
	if (p->status == DNS_NODATA)
		p->status = DNS_NXDOMAIN;
	if (p->status == DNS_FOUND && names != NULL) {
		p->status = DNS_NODATA;
		for (int i = 0; i < NAMES && names->h_aliases[i] != NULL; i++)
			ask_forward(p, names->h_aliases[i]);
	}
	if (names != NULL)
		ares_free_hostent(names);
	finish(p);
}

static void
ask_forward(struct dns_ptr *p, const char *name)
{
	struct forward *f = malloc(sizeof *f);

	if (f == NULL) {
		p->failed = true;
		return;
	}
	f->ptr = p;
	if (!domain_normal(name, strlen(name), f->name)) {
		free(f);
		return;
	}
	p->asked++;
	dns_ask(p->dns, f->name, p->ip.family == AF_INET6 ? ns_t_aaaa : ns_t_a,
	    on_forward, f);
}

static void
on_forward(void *ctx, int status, const unsigned char *answer, int len)
{
	struct forward *f = ctx;
	struct dns_ptr *p = f->ptr;
	enum dns_status found = dns_status_of(status);

	if (found == DNS_FOUND && leads_back(p, answer, len, &found) &&
	    *p->name == '\0')
		strlcpy(p->name, f->name, sizeof p->name);
	if (found == DNS_TEMPFAIL)
		p->failed = true;
	free(f);
	finish(p);
}

static bool
leads_back(const struct dns_ptr *p, const unsigned char *answer, int len,
    enum dns_status *status)
{
	struct ip ip[DNS_ADDR_MAX];
	size_t n;

	*status = dns_parse_addr(p->ip.family, answer, len, ip, &n);
	for (size_t i = 0; i < n; i++) {
		if (ip_equal(&ip[i], &p->ip))
			return true;
	}
	return false;
}

/* One question less; the last one settles it. */
static void
finish(struct dns_ptr *p)
{
	if (--p->asked > 0)
		return;
	p->done = true;
	if (*p->name != '\0')
		p->status = DNS_FOUND;
	else if (p->failed)
		p->status = DNS_TEMPFAIL;
}
