/* SPDX-License-Identifier: ISC */
/*
 * The exchangers of a domain and the addresses of a host (RFC 5321 5.1, RFC
 * 7505).
 */
#include <ares.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "dns_query.h"
#include "domain.h"

struct mx_question {
	enum dns_status status;
	bool secure;
	struct dns_mx *out;
	size_t *n;
	bool done;
	uint32_t key[DNS_MX_MAX];  /* random order among equals */
	char name[DOMAIN_LEN + 1]; /* whose records they are; "": not known */
};

struct addr_question {
	int family;
	enum dns_status status;
	struct ip ip[DNS_ADDR_MAX];
	size_t n;
	bool done;
	bool secure;
	char name[DOMAIN_LEN + 1]; /* whose addresses they are */
};

static void on_mx(void *, int, const unsigned char *, int);
static void note_owner(struct mx_question *, const unsigned char *, int);
static long read_name(const unsigned char *, int len, long at, char **name);
static unsigned get16(const unsigned char *);
static void add_mx(struct mx_question *, const struct ares_mx_reply *);
static void on_addr(void *, int, const unsigned char *, int);
static void note_name(struct addr_question *, const unsigned char *, int);
static void note_trail(struct dns_trail *, const struct addr_question *,
    const struct addr_question *);
static struct ip from_four(const struct in_addr *);
static struct ip from_six(const struct ares_in6_addr *);

enum dns_status
dns_mx(struct dns *d, const char *domain, int64_t deadline,
    struct dns_mx out[DNS_MX_MAX], size_t *n)
{
	struct mx_question q = {.out = out, .n = n};
	struct dns_trail *trail;

	*n = 0;
	dns_ask(d, domain, ns_t_mx, on_mx, &q);
	dns_wait(d, &q.done, &q.done, deadline);
	trail = dns_trail_begin(d, domain);
	trail->secure = q.secure;
	if (*q.name != '\0')
		strlcpy(trail->name, q.name, sizeof trail->name);
	return q.status;
}

enum dns_status
dns_addr(struct dns *d, const char *host, int64_t deadline,
    struct ip out[DNS_ADDR_MAX], size_t *n)
{
	struct addr_question six = {.family = AF_INET6},
			     four = {.family = AF_INET};

	*n = 0;
	dns_ask(d, host, ns_t_aaaa, on_addr, &six);
	dns_ask(d, host, ns_t_a, on_addr, &four);
	dns_wait(d, &six.done, &four.done, deadline);
	note_trail(dns_trail_begin(d, host), &six, &four);
	for (size_t i = 0; i < six.n && *n < DNS_ADDR_MAX; i++)
		out[(*n)++] = six.ip[i];
	for (size_t i = 0; i < four.n && *n < DNS_ADDR_MAX; i++)
		out[(*n)++] = four.ip[i];
	if (*n > 0)
		return DNS_FOUND;
	if (six.status == DNS_TEMPFAIL || four.status == DNS_TEMPFAIL)
		return DNS_TEMPFAIL;
	return six.status == DNS_NODATA ? DNS_NODATA : four.status;
}

enum dns_status
dns_addr_of(struct dns *d, const struct dns_host *host, int64_t deadline,
    struct ip out[DNS_ADDR_MAX], size_t *n)
{
	struct addr_question q = {.family = host->family};

	dns_ask(d, host->name, host->family == AF_INET6 ? ns_t_aaaa : ns_t_a,
	    on_addr, &q);
	dns_wait(d, &q.done, &q.done, deadline);
	for (*n = 0; *n < q.n; ++*n)
		out[*n] = q.ip[*n];
	return q.status;
}

enum dns_status
dns_parse_addr(int family, const unsigned char *answer, int len,
    struct ip out[DNS_ADDR_MAX], size_t *n)
{
	struct ares_addr6ttl six[DNS_ADDR_MAX];
	struct ares_addrttl four[DNS_ADDR_MAX];
	int found = DNS_ADDR_MAX, status;

	*n = 0;
	status = family == AF_INET6
	    ? ares_parse_aaaa_reply(answer, len, NULL, six, &found)
	    : ares_parse_a_reply(answer, len, NULL, four, &found);
	if (status != ARES_SUCCESS)
		return dns_status_parsed(status);
	for (int i = 0; i < found; i++)
		out[(*n)++] = family == AF_INET6 ? from_six(&six[i].ip6addr)
						 : from_four(&four[i].ipaddr);
	return found > 0 ? DNS_FOUND : DNS_NODATA;
}

static void
on_mx(void *ctx, int status, const unsigned char *answer, int len)
{
	struct mx_question *q = ctx;
	struct ares_mx_reply *list = NULL;
	size_t records = 0;

	q->done = true;
	q->status = dns_status_of(status);
	if (q->status != DNS_FOUND)
		return;
	q->secure = dns_answer_is_secure(answer, len);
	note_owner(q, answer, len);
	status = ares_parse_mx_reply(answer, len, &list);
	q->status = dns_status_parsed(status);
	if (status == ARES_SUCCESS && list == NULL)
		q->status = DNS_NODATA;
	for (struct ares_mx_reply *mx = list; mx != NULL; mx = mx->next) {
		records++;
		if (*mx->host != '\0')
			add_mx(q, mx);
	}
	/* a root among other hosts is no null MX (RFC 7505 3) */
	if (records == 1 && *list->host == '\0')
		add_mx(q, list);
	ares_free_data(list);
}

/*
 * Where aliases lead (RFC 1034 3.6.2), c-ares does not tell.  A record is its
 * owner, type (2), class (2), TTL (4), length (2) and data (RFC 1035 4.1.3).
 */
static void
note_owner(struct mx_question *q, const unsigned char *answer, int len)
{
	enum { HEAD = 12, COUNT = 6, QUESTION = 4, RECORD = 10, LENGTH = 8 };
	unsigned records = get16(answer + COUNT);
	char *name;
	long at = read_name(answer, len, HEAD, &name);

	ares_free_string(name);
	at += QUESTION;
	for (unsigned i = 0; i < records && at > QUESTION; i++) {
		if ((at = read_name(answer, len, at, &name)) == -1)
			return;
		if (at + RECORD <= len && get16(answer + at) == ns_t_mx &&
		    !domain_normal(name, strlen(name), q->name))
			*q->name = '\0';
		ares_free_string(name);
		if (*q->name != '\0' || at + RECORD > len)
			return;
		at += RECORD + (long)get16(answer + at + LENGTH);
	}
}

/* Returns what is behind it; -1: there is none. */
static long
read_name(const unsigned char *answer, int len, long at, char **name)
{
	long used;

	*name = NULL;
	if (at >= len ||
	    ares_expand_name(answer + at, answer, len, name, &used) !=
		ARES_SUCCESS)
		return -1;
	return at + used;
}

static unsigned
get16(const unsigned char *octets)
{
	return (unsigned)octets[0] << 8 | octets[1];
}

/* Keeps the list sorted; the worst one leaves when it is full. */
static void
add_mx(struct mx_question *q, const struct ares_mx_reply *mx)
{
	struct dns_mx new = {.preference = mx->priority};
	uint32_t key = arc4random();
	size_t at = *q->n;

	if (*mx->host != '\0' &&
	    !domain_normal(mx->host, strlen(mx->host), new.host))
		return;
	while (at > 0 &&
	    (q->out[at - 1].preference > new.preference ||
		(q->out[at - 1].preference == new.preference &&
		    q->key[at - 1] > key)))
		at--;
	if (at == DNS_MX_MAX)
		return;
	if (*q->n < DNS_MX_MAX)
		(*q->n)++;
	for (size_t i = *q->n - 1; i > at; i--) {
		q->out[i] = q->out[i - 1];
		q->key[i] = q->key[i - 1];
	}
	q->out[at] = new;
	q->key[at] = key;
}

static void
on_addr(void *ctx, int status, const unsigned char *answer, int len)
{
	struct addr_question *q = ctx;

	q->done = true;
	q->status = dns_status_of(status);
	if (q->status != DNS_FOUND)
		return;
	q->status = dns_parse_addr(q->family, answer, len, q->ip, &q->n);
	q->secure = dns_answer_is_secure(answer, len);
	note_name(q, answer, len);
}

static void
note_name(struct addr_question *q, const unsigned char *answer, int len)
{
	struct hostent *host = NULL;
	int status = q->family == AF_INET6
	    ? ares_parse_aaaa_reply(answer, len, &host, NULL, NULL)
	    : ares_parse_a_reply(answer, len, &host, NULL, NULL);

	if (status != ARES_SUCCESS)
		return;
	if (!domain_normal(host->h_name, strlen(host->h_name), q->name))
		q->name[0] = '\0';
	ares_free_hostent(host);
}

/* Secure when each answer that has addresses is, of one and the same name. */
static void
note_trail(struct dns_trail *t, const struct addr_question *six,
    const struct addr_question *four)
{
	const struct addr_question *any = six->n > 0 ? six : four;

	if (any->n == 0 || any->name[0] == '\0')
		return;
	strlcpy(t->name, any->name, sizeof t->name);
	t->secure = (six->n == 0 || six->secure) &&
	    (four->n == 0 ||
		(four->secure && strcmp(four->name, any->name) == 0));
}

static struct ip
from_four(const struct in_addr *a)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr = *a};
	struct ip ip;

	ip_from_sockaddr(&ip, (struct sockaddr *)&sin);
	return ip;
}

static struct ip
from_six(const struct ares_in6_addr *a)
{
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6};
	struct ip ip;

	memcpy(&sin6.sin6_addr, a, sizeof sin6.sin6_addr);
	ip_from_sockaddr(&ip, (struct sockaddr *)&sin6);
	return ip;
}
