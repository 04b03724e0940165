/* SPDX-License-Identifier: ISC */
/*
 * The resolver (RFC 1035) over c-ares: its set-up, one question, and the wait
 * for answers.  Names are absolute: no search list, no /etc/hosts.  What is
 * asked is in dns_lookup.c and dns_ptr.c.
 */
#include "dns.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "dns_query.h"
#include "wire.h"

enum { TRY_MS = 2000, TRIES = 2 };
enum { HEAD_LEN = 12, FLAGS = 3, RCODE = 0x0f, AD = 0x20 }; /* RFC 4035 3.1.6 */

struct dns {
	ares_channel channel;
	unsigned pending; /* questions not yet answered */
	bool trusted;	  /* all resolvers are */
	struct dns_trail trail;
};

struct pending { /* one question: who wants the answer */
	struct dns *dns;
	dns_answer *answer;
	void *ctx;
};

static void add_resolver(
    struct endpoints *, const struct ares_addr_port_node *);
static int use_resolvers(ares_channel, const struct conf *);
static bool are_local(ares_channel);
static void send_question(struct dns *, const char *, int, struct pending *);
static int status_in(const unsigned char *, int);
static void on_answer(void *, int, int, unsigned char *, int);
static bool wait_once(struct dns *, int, int64_t);
static int wait_ms(struct dns *, int64_t);

struct dns *
dns_new(const struct conf *c)
{
	struct ares_options o = {
	    .flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
	    .timeout = TRY_MS,
	    .tries = TRIES};
	struct dns *d;
	int status;

	if ((d = calloc(1, sizeof *d)) == NULL)
		return NULL;
	status = ares_init_options(&d->channel, &o,
	    ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		ARES_OPT_DOMAINS); /* none: a sandbox does not tell ours */
	if (status == ARES_SUCCESS) {
		status = use_resolvers(d->channel, c);
		if (status == ARES_SUCCESS) {
			d->trusted =
			    c->resolvers_trusted || are_local(d->channel);
			return d;
		}
		ares_destroy(d->channel);
	}
	free(d);
	errno = status == ARES_ENOMEM ? ENOMEM : EINVAL;
	return NULL;
}

int
dns_system(struct endpoints *out)
{
	struct conf conf = {.resolvers.n = 0};
	struct ares_addr_port_node *list = NULL;
	struct dns *d = dns_new(&conf);
	int status;

	*out = (struct endpoints){.n = 0};
	if (d == NULL)
		return -1;
	status = ares_get_servers_ports(d->channel, &list);
	for (struct ares_addr_port_node *n = list; n != NULL; n = n->next)
		add_resolver(out, n);
	ares_free_data(list);
	dns_free(d);
	errno = ENOMEM;
	return status == ARES_SUCCESS ? 0 : -1;
}

void
dns_free(struct dns *d)
{
	if (d == NULL)
		return;
	ares_destroy(d->channel);
	free(d);
}

bool
dns_is_trusted(const struct dns *d)
{
	return d->trusted;
}

const struct dns_trail *
dns_trail(const struct dns *d)
{
	return &d->trail;
}

struct dns_trail *
dns_trail_begin(struct dns *d, const char *name)
{
	d->trail.secure = false;
	strlcpy(d->trail.name, name, sizeof d->trail.name);
	return &d->trail;
}

bool
dns_answer_is_secure(const unsigned char *answer, int len)
{
	return len >= HEAD_LEN && (answer[FLAGS] & AD) != 0;
}

bool
dns_step(struct dns *d, int fd, int64_t deadline)
{
	while (d->pending > 0 && wire_now() < deadline) {
		if (wait_once(d, fd, deadline))
			return true;
	}
	return false;
}

void
dns_wait(struct dns *d, const bool *one, const bool *two, int64_t deadline)
{
	while (!*one || !*two) {
		if (wire_now() >= deadline) {
			ares_cancel(d->channel);
			return;
		}
		wait_once(d, -1, deadline);
	}
}

void
dns_ask(
    struct dns *d, const char *name, int type, dns_answer *answer, void *ctx)
{
	struct pending *p = malloc(sizeof *p);

	if (p == NULL) {
		answer(ctx, ARES_ENOMEM, NULL, 0);
		return;
	}
	*p = (struct pending){.dns = d, .answer = answer, .ctx = ctx};
	d->pending++;
	send_question(d, name, type, p);
}

enum dns_status
dns_status_of(int ares_status)
{
	switch (ares_status) {
	case ARES_SUCCESS:
		return DNS_FOUND;
	case ARES_ENODATA:
		return DNS_NODATA;
	case ARES_ENOTFOUND:
	case ARES_EBADNAME:
		return DNS_NXDOMAIN;
	default:
		return DNS_TEMPFAIL;
	}
}

enum dns_status
dns_status_parsed(int ares_status)
{
	return dns_status_of(
	    ares_status == ARES_EBADNAME ? ARES_EBADRESP : ares_status);
}

static void
add_resolver(struct endpoints *list, const struct ares_addr_port_node *n)
{
	struct endpoint *to = &list->at[list->n];

	if (list->n == ENDPOINTS)
		return;
	to->ip.family = n->family;
	memcpy(to->ip.octets, &n->addr, n->family == AF_INET6 ? 16 : 4);
	to->port =
	    n->udp_port == 0 ? RESOLVER_PORT : (unsigned short)n->udp_port;
	list->n++;
}

/* Those of CONF in place of what c-ares read from the system. */
static int
use_resolvers(ares_channel channel, const struct conf *c)
{
	struct ares_addr_port_node node[ENDPOINTS] = {{.next = NULL}};

	if (c->resolvers.n == 0)
		return ARES_SUCCESS;
	for (unsigned i = 0; i < c->resolvers.n; i++) {
		const struct endpoint *r = &c->resolvers.at[i];

		node[i].family = r->ip.family;
		memcpy(&node[i].addr, r->ip.octets,
		    r->ip.family == AF_INET6 ? 16 : 4);
		node[i].udp_port = node[i].tcp_port = r->port;
		if (i > 0)
			node[i - 1].next = &node[i];
	}
	return ares_set_servers_ports(channel, node);
}

/* All of them are on this host: nobody is on the way who could lie. */
static bool
are_local(ares_channel channel)
{
	struct ares_addr_port_node *list = NULL;
	bool local;

	if (ares_get_servers_ports(channel, &list) != ARES_SUCCESS)
		return false;
	local = list != NULL;
	for (struct ares_addr_port_node *n = list; n != NULL; n = n->next) {
		if (n->family == AF_INET6)
			local &= IN6_IS_ADDR_LOOPBACK(&n->addr.addr6);
		else
			local &= ntohl(n->addr.addr4.s_addr) >> 24 == 127;
	}
	ares_free_data(list);
	return local;
}

/* AD in a question: the answer's is wanted (RFC 6840 5.7). */
static void
send_question(struct dns *d, const char *name, int type, struct pending *p)
{
	unsigned short id = (unsigned short)arc4random();
	unsigned char *question = NULL;
	int len = 0;
	int status =
	    ares_create_query(name, ns_c_in, type, id, 1, &question, &len, 0);

	if (status != ARES_SUCCESS) {
		on_answer(p, status, 0, NULL, 0);
		return;
	}
	if (d->trusted)
		question[FLAGS] |= AD;
	ares_send(d->channel, question, len, on_answer, p);
	ares_free_string(question);
}

/* What the server says of the name (RFC 1035 4.1.1). */
static int
status_in(const unsigned char *answer, int len)
{
	if (len < HEAD_LEN)
		return ARES_EBADRESP;
	switch (answer[FLAGS] & RCODE) {
	case ns_r_noerror:
		return answer[6] != 0 || answer[7] != 0 ? ARES_SUCCESS
							: ARES_ENODATA;
	case ns_r_nxdomain:
		return ARES_ENOTFOUND;
	default:
		return ARES_ESERVFAIL;
	}
}

static void
on_answer(void *ctx, int status, int timeouts, unsigned char *answer, int len)
{
	struct pending *p = ctx;

	(void)timeouts;
	if (status == ARES_SUCCESS)
		status = status_in(answer, len);
	if (answer != NULL && len >= HEAD_LEN && !p->dns->trusted)
		answer[FLAGS] &= (unsigned char)~AD;
	p->dns->pending--;
	p->answer(p->ctx, status, answer, len);
	free(p);
}

/* One poll(2) and its consequences.  True when FD is readable. */
static bool
wait_once(struct dns *d, int fd, int64_t deadline)
{
	struct pollfd p[DNS_FDS + 1] = {{.fd = fd, .events = POLLIN}};
	ares_socket_t sock[DNS_FDS];
	int bits = ares_getsock(d->channel, sock, DNS_FDS);
	nfds_t n = 1;

	for (unsigned i = 0; i < DNS_FDS; i++) {
		short events = 0;

		if ((unsigned)bits & 1U << i)
			events |= POLLIN;
		if ((unsigned)bits & 1U << (i + ARES_GETSOCK_MAXNUM))
			events |= POLLOUT;
		if (events != 0)
			p[n++] =
			    (struct pollfd){.fd = sock[i], .events = events};
	}
	poll(p, n, wait_ms(d, deadline));
	for (nfds_t i = 1; i < n; i++) {
		ares_process_fd(d->channel,
		    p[i].revents & (POLLIN | POLLERR | POLLHUP)
			? p[i].fd
			: ARES_SOCKET_BAD,
		    p[i].revents & POLLOUT ? p[i].fd : ARES_SOCKET_BAD);
	}
	ares_process_fd(d->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	return p[0].revents != 0;
}

/* Milliseconds until the deadline or c-ares' next retry, rounded up. */
static int
wait_ms(struct dns *d, int64_t deadline)
{
	struct timeval retry;
	int64_t left = deadline - wire_now(), ms;

	if (ares_timeout(d->channel, NULL, &retry) != NULL) {
		ms = (int64_t)retry.tv_sec * 1000 + retry.tv_usec / 1000 + 1;
		if (ms < left)
			left = ms;
	}
	if (left < 0)
		return 0;
	return left > 60000 ? 60000 : (int)left;
}
