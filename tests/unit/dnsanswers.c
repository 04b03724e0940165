/* SPDX-License-Identifier: ISC */
/*
 * Answers that no sound zone has: more records than there is room for, of other
 * types, owned by what is no name, cut off, and codes that say no.
 */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dns.h"
#include "tap.h"
#include "wire.h"

enum { MANY = 40, HEAD = 12, SOON = 3000 };

/* ---- the server */

struct packet {
	unsigned char octets[2048];
	size_t n;
};

static void
put(struct packet *p, const void *octets, size_t n)
{
	if (p->n + n > sizeof p->octets)
		_exit(1);
	memcpy(p->octets + p->n, octets, n);
	p->n += n;
}

static void
put16(struct packet *p, unsigned number)
{
	const unsigned char octets[] = {
	    (unsigned char)(number >> 8), (unsigned char)number};

	put(p, octets, 2);
}

/* Owned by the name that was asked for, unless OWNER is another. */
static void
record(struct packet *p, const char *owner, unsigned type, const void *data,
    size_t n)
{
	static const unsigned char ttl[4];

	if (owner == NULL)
		put(p, "\xc0\x0c", 2);
	else
		put(p, owner, strlen(owner) + 1);
	put16(p, type);
	put16(p, ns_c_in);
	put(p, ttl, sizeof ttl);
	put16(p, (unsigned)n);
	put(p, data, n);
	p->octets[7]++; /* ANCOUNT */
}

/* "m07" below the name that was asked for. */
static void
numbered(struct packet *p, unsigned type, unsigned number)
{
	char data[16];
	size_t n = 0;

	if (type == ns_t_mx) {
		data[n++] = '\0';
		data[n++] = (char)((number * 7) % 50);
	}
	n += (size_t)snprintf(data + n, sizeof data - n, "\3m%02u", number);
	memcpy(data + n, "\xc0\x0c", 2);
	record(p, NULL, type, data, n + 2);
}

static void
many(struct packet *p, unsigned type)
{
	unsigned char data[16] = {192, 0, 2};

	for (unsigned char i = 1; i <= MANY; i++) {
		data[3] = i;
		if (type == ns_t_txt)
			record(p, NULL, type, "\1x", 2);
		else if (type == ns_t_a || type == ns_t_aaaa)
			record(p, NULL, type, data, type == ns_t_a ? 4 : 16);
		else
			numbered(p, type, i);
	}
}

static void
one(struct packet *p, const char *owner, unsigned type)
{
	static const unsigned char data[16] = {192, 0, 2, 1};

	if (type == ns_t_mx)
		record(p, owner, type, "\0\1\1m\4test\0", 10);
	else if (type == ns_t_txt)
		record(p, owner, type, "\1x", 2);
	else if (type == ns_t_ptr)
		record(p, owner, type, "\1m\4test\0", 8);
	else
		record(p, owner, type, data, type == ns_t_a ? 4 : 16);
}

/* By the first letters of what is asked for. */
static void
fill(struct packet *p, const char *label, unsigned type)
{
	bool six = type == ns_t_aaaa;

	if (strncmp(label, "many", 4) == 0) {
		many(p, type);
	} else if (strncmp(label, "other", 5) == 0) {
		record(p, NULL, ns_t_hinfo, "\1a\1b", 4);
	} else if (strncmp(label, "alias", 5) == 0) {
		record(p, NULL, ns_t_cname, "\3b_c\4test\0", 10);
		one(p, "\3b_c\4test", type);
	} else if (strncmp(label, "cut", 3) == 0) {
		one(p, NULL, type);
		p->n -= 3;
	} else if (strncmp(label, "none", 4) == 0) {
		p->octets[7] = 0;
	} else if (strncmp(label, "half", 4) == 0) {
		if (six)
			p->octets[3] |= ns_r_servfail;
	} else if (strncmp(label, "refused", 7) == 0) {
		p->octets[3] |= ns_r_refused;
	} else if (strncmp(label, "notimpl", 7) == 0) {
		p->octets[3] |= ns_r_notimpl;
	} else if (strncmp(label, "format", 6) == 0) {
		p->octets[3] |= ns_r_formerr;
	} else if (strncmp(label, "notauth", 7) == 0) {
		p->octets[3] |= ns_r_notauth;
	} else if (strncmp(label, "nx", 2) == 0) {
		p->octets[3] |= ns_r_nxdomain;
	} else {
		one(p, NULL, type);
	}
}

/* The question comes back, without what stands behind it (EDNS). */
static void
answer(struct packet *p)
{
	size_t at = HEAD;
	unsigned type;

	while (at < p->n && p->octets[at] != 0)
		at += 1U + p->octets[at];
	type = (unsigned)p->octets[at + 1] << 8 | p->octets[at + 2];
	p->n = at + 5;
	p->octets[2] = 0x81; /* QR, RD; RA */
	p->octets[3] = 0x80;
	memset(p->octets + 6, 0, 6);
	/* reverse names say it by their first number */
	fill(p,
	    type == ns_t_ptr && p->octets[HEAD + 1] == '4'
		? "many"
		: (char *)p->octets + HEAD + 1,
	    type);
}

/* What is too long is asked for again. */
static void
serve(int fd)
{
	struct packet p;
	struct sockaddr_in peer;
	socklen_t len = sizeof peer;
	ssize_t n;

	while ((n = recvfrom(fd, p.octets, sizeof p.octets, 0,
		    (struct sockaddr *)&peer, &len)) >= HEAD + 5) {
		p.n = (size_t)n;
		answer(&p);
		if (p.n > NS_PACKETSZ) {
			p.octets[2] |= 2; /* TC */
			p.octets[7] = 0;
			p.n = NS_PACKETSZ;
		}
		sendto(fd, p.octets, p.n, 0, (struct sockaddr *)&peer, len);
	}
	_exit(0);
}

/* A length before each (RFC 1035 4.2.2); one client, which keeps its
 * connection. */
static void
serve_stream(int fd)
{
	unsigned char length[2];
	struct packet p;
	int peer;

	while ((peer = accept(fd, NULL, NULL)) != -1) {
		while (recv(peer, length, 2, MSG_WAITALL) == 2) {
			p.n = (size_t)length[0] << 8 | length[1];
			if (p.n > sizeof p.octets ||
			    recv(peer, p.octets, p.n, MSG_WAITALL) !=
				(ssize_t)p.n)
				break;
			answer(&p);
			length[0] = (unsigned char)(p.n >> 8);
			length[1] = (unsigned char)p.n;
			if (write(peer, length, 2) != 2 ||
			    write(peer, p.octets, p.n) != (ssize_t)p.n)
				break;
		}
		close(peer);
	}
	_exit(0);
}

/* ---- what is made of it */

static int64_t
soon(void)
{
	return wire_now() + SOON;
}

static void
test_mx(struct dns *d)
{
	static struct dns_mx mx[DNS_MX_MAX];
	bool sorted = true;
	size_t n;

	is_int(dns_mx(d, "one.test", soon(), mx, &n), DNS_FOUND, "one MX");
	is_str(dns_trail(d)->name, "one.test", "of the name itself");
	is_int(dns_mx(d, "many.test", soon(), mx, &n), DNS_FOUND, "many");
	for (size_t i = 1; i < n; i++)
		sorted &= mx[i - 1].preference <= mx[i].preference;
	ok(n == DNS_MX_MAX && sorted && mx[n - 1].preference < 49,
	    "the best of them, in order");
	is_int(dns_mx(d, "alias.test", soon(), mx, &n), DNS_FOUND, "an alias");
	is_str(dns_trail(d)->name, "alias.test", "to what is no host name");
	is_int(dns_mx(d, "other.test", soon(), mx, &n), DNS_NODATA,
	    "a record of another type");
	is_int(dns_mx(d, "none.test", soon(), mx, &n), DNS_NODATA, "none");
	is_int(dns_mx(d, "cut.test", soon(), mx, &n), DNS_TEMPFAIL, "cut off");
	is_int(dns_mx(d, "nx.test", soon(), mx, &n), DNS_NXDOMAIN, "no name");
}

static void
test_codes(struct dns *d)
{
	static const char *const name[] = {
	    "refused.test", "notimpl.test", "format.test", "notauth.test"};
	static struct dns_mx mx[DNS_MX_MAX];
	size_t n;

	for (size_t i = 0; i < sizeof name / sizeof *name; i++)
		is_int(
		    dns_mx(d, name[i], soon(), mx, &n), DNS_TEMPFAIL, name[i]);
}

static void
test_addresses(struct dns *d)
{
	static struct ip ip[DNS_ADDR_MAX];
	const struct dns_host four = {"many.test", AF_INET},
			      six = {"many.test", AF_INET6};
	size_t n;

	is_int(dns_addr(d, "many.test", soon(), ip, &n), DNS_FOUND, "many");
	ok(n == DNS_ADDR_MAX && ip[n - 1].family == AF_INET6,
	    "as many as there is room for");
	is_int(dns_addr_of(d, &four, soon(), ip, &n), DNS_FOUND, "of IPv4");
	is_int((long long)n, DNS_ADDR_MAX, "no more either");
	is_int(dns_addr_of(d, &six, soon(), ip, &n), DNS_FOUND, "of IPv6");
	is_int(dns_addr(d, "alias.test", soon(), ip, &n), DNS_FOUND,
	    "an alias to what is no host name");
	is_int(dns_addr(d, "half.test", soon(), ip, &n), DNS_TEMPFAIL,
	    "one family is not known, the other has none");
	is_int(dns_addr(d, "none.test", soon(), ip, &n), DNS_NODATA, "none");
	is_int(dns_addr(d, "nx.test", soon(), ip, &n), DNS_NXDOMAIN, "no name");
	is_int(dns_addr(d, "cut.test", soon(), ip, &n), DNS_TEMPFAIL, "cut");
	is_int(dns_addr(d, "other.test", soon(), ip, &n), DNS_NODATA,
	    "a record of another type");
}

static void
test_names(struct dns *d)
{
	static char name[DNS_NAMES_MAX][DOMAIN_LEN + 1];
	struct dns_ptr ptr;
	struct ip ip;
	size_t n;

	ip_parse(&ip, "192.0.2.4", 9);
	is_int(dns_names(d, &ip, soon(), name, &n), DNS_FOUND, "many names");
	is_int((long long)n, DNS_NAMES_MAX, "no more than SPF looks at");
	dns_ptr_start(d, &ip, &ptr);
	dns_step(d, -1, soon());
	ok(ptr.done && *ptr.name == '\0', "none of which leads back");
	ip_parse(&ip, "192.0.2.1", 9);
	dns_ptr_start(d, &ip, &ptr);
	dns_step(d, -1, soon());
	is_str(ptr.name, "m.test", "one does");
	ip_parse(&ip, "2001:db8::1", 11);
	dns_ptr_start(d, &ip, &ptr);
	dns_step(d, -1, soon());
	ok(ptr.done && ptr.status == DNS_NODATA, "not for IPv6");
	dns_ptr_start(d, &(struct ip){.family = 0}, &ptr);
	ok(ptr.done && ptr.status == DNS_NXDOMAIN, "what is no address");
}

static void
test_texts(struct dns *d)
{
	static struct dns_text text;

	is_int(dns_txt(d, "one.test", soon(), &text), DNS_FOUND, "one text");
	is_int(dns_txt(d, "many.test", soon(), &text), DNS_TEMPFAIL,
	    "more than there is room for: nobody chooses");
	is_int(dns_txt(d, "cut.test", soon(), &text), DNS_TEMPFAIL, "cut");
	is_int(dns_txt(d, "other.test", soon(), &text), DNS_NODATA,
	    "a record of another type");
}

/* A socket of KIND at PORT of this host; 0: one that is free. */
static int
bind_to(int kind, unsigned short *port)
{
	struct sockaddr_in sin = {
	    .sin_family = AF_INET, .sin_port = htons(*port)};
	socklen_t len = sizeof sin;
	int fd = socket(AF_INET, kind, 0);

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sin, sizeof sin) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) == -1)
		exit(99);
	*port = ntohs(sin.sin_port);
	return fd;
}

int
main(void)
{
	static struct conf conf;
	unsigned short port = 0;
	int stream = bind_to(SOCK_STREAM, &port),
	    fd = bind_to(SOCK_DGRAM, &port);
	pid_t pid[2];
	struct dns *d;

	if (listen(stream, 5) == -1)
		return 99;
	if ((pid[0] = fork()) == 0)
		serve(fd);
	if ((pid[1] = fork()) == 0)
		serve_stream(stream);
	endpoints_add(&conf.resolvers, "127.0.0.1", port);
	if ((d = dns_new(&conf)) == NULL)
		return 99;
	test_mx(d);
	test_codes(d);
	test_addresses(d);
	test_names(d);
	test_texts(d);
	dns_free(d);
	for (int i = 0; i < 2; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
	return done();
}
