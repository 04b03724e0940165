/* SPDX-License-Identifier: ISC */
#include "peer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

static void note_name(struct client *, const struct dns_ptr *);

void
peer_open(
    struct peer *p, const struct conf *conf, int fd, struct client *client)
{
	struct sockaddr_storage ss;
	socklen_t n = sizeof ss;
	int on = 1;

	p->conf = conf;
	p->client = client;
	p->deadline = wire_now() + PTR_TIMEOUT * 1000;
	if (getpeername(fd, (struct sockaddr *)&ss, &n) == -1 ||
	    !ip_from_sockaddr(&client->ip, (struct sockaddr *)&ss)) {
		ip_parse(&client->ip, "127.0.0.1", strlen("127.0.0.1"));
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	p->remote = true;
	p->names = conf->client_names && (p->dns = dns_new(conf)) != NULL;
	if (p->names)
		dns_ptr_start(p->dns, &client->ip, &p->ptr);
}

void
peer_ask_lists(struct peer *p, size_t n)
{
	p->nzone = n;
	if (p->remote && p->dns == NULL && n > 0)
		p->dns = dns_new(p->conf);
	if (p->dns != NULL)
		dnsbl_start(&p->list, p->dns, &p->client->ip, p->zone, n);
}

void
peer_step(struct peer *p, int fd, int64_t until)
{
	bool done;

	if (p->dns == NULL)
		return;
	if (until > p->deadline)
		until = p->deadline;
	dns_step(p->dns, fd, until);
	if (p->names && p->ptr.done)
		note_name(p->client, &p->ptr);
	done = (!p->names || p->ptr.done) && p->list.pending == 0;
	if (done || wire_now() >= p->deadline)
		peer_close(p);
}

void
peer_finish(struct peer *p)
{
	peer_step(p, -1, p->deadline);
	peer_close(p);
}

static void
note_name(struct client *c, const struct dns_ptr *ptr)
{
	strlcpy(c->name, ptr->name, sizeof c->name);
	c->named = ANSWER_NO;
	if (ptr->status == DNS_FOUND)
		c->named = ANSWER_YES;
	else if (ptr->status == DNS_TEMPFAIL)
		c->named = ANSWER_UNAVAILABLE;
}

void
peer_close(struct peer *p)
{
	dnsbl_stop(&p->list);
	dns_free(p->dns);
	p->dns = NULL;
}
