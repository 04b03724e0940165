/* SPDX-License-Identifier: ISC */
/* Look-ups against a real server, knotd(8), on loopback; skipped without. */
#include "dns.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "tap.h"
#include "wire.h"

enum { SECOND = 1000, PATH_LEN = 128 };

static const char zone[] =
    "$ORIGIN example.test.\n$TTL 60\n"
    "@ SOA ns a 1 60 60 60 60\n@ NS ns\nns A 192.0.2.53\n"
    "order MX 20 mx2\norder MX 10 MX1\norder MX 30 mx3\n"
    "alias CNAME order\n"
    "null MX 0 .\nnullplus MX 0 .\nnullplus MX 10 mx1\n"
    "bad MX 10 under_score\nbad MX 20 mx1\n"
    "onlybad MX 10 under_score\nonlybad MX 20 .\n"
    "equal MX 10 mx1\nequal MX 10 mx2\nequal MX 10 mx3\n"
    "nodata TXT x\n"
    "two TXT \"one \" \"record\"\ntwo TXT \"another\"\n"
    "mx1 A 192.0.2.1\nmx1 AAAA 2001:db8::1\n"
    "mx2 A 192.0.2.2\nmx2 A 192.0.2.3\nmx3 CNAME mx1\n"
    "six AAAA 2001:db8::6\n"
    "multi A 192.0.2.12\nclassless A 192.0.2.13\n";
static const char reverse[] =
    "$ORIGIN 2.0.192.in-addr.arpa.\n$TTL 60\n"
    "@ SOA ns.example.test. a 1 60 60 60 60\n@ NS ns.example.test.\n"
    "1 PTR mx1.example.test.\n9 PTR mx1.example.test.\n"
    "10 PTR nowhere.example.test.\n"
    "12 PTR mx1.example.test.\n12 PTR multi.example.test.\n"
    "13 CNAME 13.0-15\n13.0-15 PTR classless.example.test.\n"
    "14 PTR a.broken.test.\n15 PTR un_der.example.test.\n";
static const char reverse_six[] =
    "$ORIGIN 8.b.d.0.1.0.0.2.ip6.arpa.\n$TTL 60\n"
    "@ SOA ns.example.test. a 1 60 60 60 60\n@ NS ns.example.test.\n"
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 "
    "PTR mx1.example.test.\n";

static char dir[] = "/tmp/dns-XXXXXX";

static void write_file(const char *name, const char *text);
static void write_zone(void);
static int bind_udp(unsigned short *port);
static pid_t start_server(unsigned short port);
static struct dns *resolver(unsigned short port);
static bool is_up(struct dns *);
static void test_mx(struct dns *);
static void test_addr(struct dns *);
static void test_family(struct dns *);
static void test_names(struct dns *);
static void test_txt(struct dns *);
static void test_ptr(struct dns *);
static void check_ptr(struct dns *, const char *ip, enum dns_status,
    const char *name, const char *what);
static void test_silent(void);
static void test_refused(void);
static pid_t start_garbled(int fd);
static void test_garbled(void);
static void test_system(void);

int
main(void)
{
	unsigned short port;
	struct dns *d;
	int status;
	pid_t pid;

	test_silent();
	test_refused();
	test_garbled();
	test_system();
	if (mkdtemp(dir) == NULL)
		return 1;
	close(bind_udp(&port));
	if ((pid = start_server(port)) == -1) {
		printf("# no knotd here: the rest is skipped\n");
		return done();
	}
	d = resolver(port);
	if (ok(is_up(d), "knotd answers")) {
		test_mx(d);
		test_addr(d);
		test_family(d);
		test_names(d);
		test_txt(d);
		test_ptr(d);
	}
	dns_free(d);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	status = done();
	fflush(stdout);
	if (status == 0)
		scratch_remove(dir);
	return status;
}

static void
write_file(const char *name, const char *text)
{
	char path[PATH_LEN];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	if ((f = fopen(path, "w")) == NULL)
		exit(1);
	fputs(text, f);
	fclose(f);
}

/* A port that nothing else has; whoever asks it hears nothing. */
static int
bind_udp(unsigned short *port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	socklen_t n = sizeof sin;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sin, sizeof sin) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sin, &n) == -1)
		exit(1);
	*port = ntohs(sin.sin_port);
	return fd;
}

/* With a name that has 40 exchangers, too many for UDP. */
static void
write_zone(void)
{
	char text[8192], line[100];

	strlcpy(text, zone, sizeof text);
	for (int i = 1; i <= 40; i++) {
		snprintf(line, sizeof line,
		    "many MX %d a-rather-long-label-of-exchanger-%d.many\n", i,
		    i);
		strlcat(text, line, sizeof text);
	}
	write_file("zone", text);
}

static pid_t
start_server(unsigned short port)
{
	static char name[] = "knotd", flag[] = "-c";
	char text[2048], conf_file[PATH_LEN];
	char *argv[] = {name, flag, conf_file, NULL};
	char *envp[] = {NULL};
	posix_spawn_file_actions_t quiet;
	pid_t pid;

	snprintf(text, sizeof text,
	    "server:\n  rundir: %1$s\n  listen: 127.0.0.1@%2$u\n"
	    "database:\n  storage: %1$s\n"
	    "template:\n  - id: default\n    storage: %1$s\n"
	    "    zonefile-sync: -1\n    journal-content: none\n"
	    "zone:\n  - domain: example.test\n    file: zone\n"
	    "  - domain: 2.0.192.in-addr.arpa\n    file: reverse\n"
	    "  - domain: 8.b.d.0.1.0.0.2.ip6.arpa\n    file: reverse6\n"
	    "  - domain: broken.test\n    file: none\n",
	    dir, port);
	write_file("knot.conf", text);
	write_zone();
	write_file("reverse", reverse);
	write_file("reverse6", reverse_six);
	snprintf(conf_file, sizeof conf_file, "%s/knot.conf", dir);
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&pid, "/usr/sbin/knotd", &quiet, NULL, argv, envp) != 0)
		pid = -1;
	posix_spawn_file_actions_destroy(&quiet);
	return pid;
}

static struct dns *
resolver(unsigned short port)
{
	static struct conf conf;

	conf.resolvers.n = 1;
	conf.resolvers.at[0].port = port;
	ip_parse(&conf.resolvers.at[0].ip, "127.0.0.1", 9);
	return dns_new(&conf);
}

static bool
is_up(struct dns *d)
{
	struct ip ip[DNS_ADDR_MAX];
	int64_t until = wire_now() + 10 * SECOND;
	size_t n;

	while (wire_now() < until) {
		if (dns_addr(d, "mx1.example.test", wire_now() + 300, ip, &n) ==
		    DNS_FOUND)
			return true;
		usleep(50000);
	}
	return false;
}

/* WANT: the hosts in their order, parted by blanks. */
static void
check_mx(
    struct dns *d, const char *name, enum dns_status status, const char *want)
{
	struct dns_mx mx[DNS_MX_MAX];
	char got[2000] = "";
	size_t n = 0;

	is_int(dns_mx(d, name, wire_now() + 2 * SECOND, mx, &n), status, name);
	for (size_t i = 0; status == DNS_FOUND && i < n; i++) {
		strlcat(got, i ? " " : "", sizeof got);
		strlcat(got, mx[i].host[0] ? mx[i].host : ".", sizeof got);
	}
	if (want != NULL)
		is_str(got, want, "its hosts");
}

static void
test_mx(struct dns *d)
{
	struct dns_mx mx[DNS_MX_MAX];
	unsigned first = 0;
	size_t n;

	check_mx(d, "order.example.test", DNS_FOUND,
	    "mx1.example.test mx2.example.test mx3.example.test");
	check_mx(d, "alias.example.test", DNS_FOUND,
	    "mx1.example.test mx2.example.test mx3.example.test");
	is_str(dns_trail(d)->name, "order.example.test",
	    "whose they are, where an alias leads");
	check_mx(d, "null.example.test", DNS_FOUND, ".");
	check_mx(d, "nullplus.example.test", DNS_FOUND, "mx1.example.test");
	check_mx(d, "bad.example.test", DNS_FOUND, "mx1.example.test");
	check_mx(d, "onlybad.example.test", DNS_FOUND, "");
	check_mx(d, "nodata.example.test", DNS_NODATA, NULL);
	check_mx(d, "nothing.example.test", DNS_NXDOMAIN, NULL);
	check_mx(d, "x.broken.test", DNS_TEMPFAIL, NULL);
	check_mx(d, "x.foreign.test", DNS_TEMPFAIL, NULL); /* refused */
	dns_mx(d, "many.example.test", wire_now() + 2 * SECOND, mx, &n);
	ok(n == DNS_MX_MAX && mx[0].preference == 1 &&
		mx[n - 1].preference == DNS_MX_MAX,
	    "of 40 hosts (by TCP) the best are kept, in order");
	for (int i = 0; i < 40; i++) {
		dns_mx(d, "equal.example.test", wire_now() + SECOND, mx, &n);
		first |= 1U << (mx[0].host[2] - '1');
	}
	is_int(first, 7, "equal ones come in any order");
}

static void
check_addr(
    struct dns *d, const char *name, enum dns_status status, const char *want)
{
	struct ip ip[DNS_ADDR_MAX];
	char got[500] = "", text[IP_TEXT];
	size_t n = 0;

	is_int(
	    dns_addr(d, name, wire_now() + 2 * SECOND, ip, &n), status, name);
	for (size_t i = 0; status == DNS_FOUND && i < n; i++) {
		ip_format(&ip[i], text);
		strlcat(got, i ? " " : "", sizeof got);
		strlcat(got, text, sizeof got);
	}
	is_str(got, want, "its addresses");
}

static void
test_addr(struct dns *d)
{
	check_addr(d, "mx1.example.test", DNS_FOUND, "2001:db8::1 192.0.2.1");
	check_addr(d, "mx3.example.test", DNS_FOUND, "2001:db8::1 192.0.2.1");
	check_addr(d, "six.example.test", DNS_FOUND, "2001:db8::6");
	check_addr(d, "nodata.example.test", DNS_NODATA, "");
	check_addr(d, "nothing.example.test", DNS_NXDOMAIN, "");
	check_addr(d, "x.broken.test", DNS_TEMPFAIL, "");
}

static void
check_family(struct dns *d, const char *name, int family,
    enum dns_status status, const char *want)
{
	const struct dns_host host = {name, family};
	char got[IP_TEXT] = "";
	struct ip ip[DNS_ADDR_MAX];
	size_t n;

	is_int(dns_addr_of(d, &host, wire_now() + 2 * SECOND, ip, &n), status,
	    name);
	if (n > 0)
		ip_format(&ip[0], got);
	is_str(got, want, "its address of one family");
}

static void
test_family(struct dns *d)
{
	check_family(d, "mx1.example.test", AF_INET, DNS_FOUND, "192.0.2.1");
	check_family(d, "mx3.example.test", AF_INET6, DNS_FOUND, "2001:db8::1");
	check_family(d, "six.example.test", AF_INET, DNS_NODATA, "");
	check_family(d, "no.example.test", AF_INET, DNS_NXDOMAIN, "");
	check_family(d, "x.broken.test", AF_INET6, DNS_TEMPFAIL, "");
	check_family(
	    d, "o\\\\dd \"name\".example.test", AF_INET, DNS_NXDOMAIN, "");
}

static void
check_names(struct dns *d, const char *text, enum dns_status status,
    size_t count, const char *first)
{
	char name[DNS_NAMES_MAX][DOMAIN_LEN + 1] = {""};
	struct ip ip;
	size_t n;

	ip_parse(&ip, text, strlen(text));
	is_int(
	    dns_names(d, &ip, wire_now() + 2 * SECOND, name, &n), status, text);
	is_int((long long)n, (long long)count, "so many names");
	is_str(n > 0 ? name[0] : "", first, "the first of them");
}

static void
test_names(struct dns *d)
{
	check_names(d, "192.0.2.9", DNS_FOUND, 1, "mx1.example.test");
	check_names(d, "192.0.2.13", DNS_FOUND, 1, "classless.example.test");
	check_names(d, "2001:db8::1", DNS_FOUND, 1, "mx1.example.test");
	check_names(d, "192.0.2.15", DNS_FOUND, 0, "");
	check_names(d, "192.0.2.20", DNS_NXDOMAIN, 0, "");
}

static void
check_ptr(struct dns *d, const char *text, enum dns_status status,
    const char *name, const char *what)
{
	struct dns_ptr ptr;
	struct ip ip;

	ip_parse(&ip, text, strlen(text));
	dns_ptr_start(d, &ip, &ptr);
	dns_step(d, -1, wire_now() + 2 * SECOND);
	ok(ptr.done && ptr.status == status, "%s: %s", text, what);
	is_str(ptr.name, name, "its name");
}

static void
test_txt(struct dns *d)
{
	int64_t soon = wire_now() + 5 * SECOND;
	struct dns_text t;
	size_t joined = 0;

	is_int(dns_txt(d, "two.example.test", soon, &t), DNS_FOUND, "TXT");
	is_int((long long)t.n, 2, "two records");
	for (size_t i = 0; i < t.n; i++)
		joined += strcmp(t.record[i].octets, "one record") == 0 &&
		    t.record[i].len == 10;
	is_int((long long)joined, 1, "the strings of a record are joined");
	is_int(dns_txt(d, "mx1.example.test", soon, &t), DNS_NODATA, "no TXT");
	is_int((long long)t.n, 0, "and none in the result");
	is_int(dns_txt(d, "no.example.test", soon, &t), DNS_NXDOMAIN,
	    "TXT of no name");
}

static void
test_ptr(struct dns *d)
{
	check_ptr(d, "192.0.2.1", DNS_FOUND, "mx1.example.test", "confirmed");
	check_ptr(d, "2001:db8::1", DNS_FOUND, "mx1.example.test", "IPv6");
	check_ptr(d, "192.0.2.9", DNS_NODATA, "", "another's name");
	check_ptr(d, "192.0.2.10", DNS_NODATA, "", "a name without address");
	check_ptr(d, "192.0.2.11", DNS_NXDOMAIN, "", "no name");
	check_ptr(
	    d, "192.0.2.12", DNS_FOUND, "multi.example.test", "one of two");
	check_ptr(
	    d, "192.0.2.13", DNS_FOUND, "classless.example.test", "RFC 2317");
	check_ptr(d, "192.0.2.14", DNS_TEMPFAIL, "", "no answer for the name");
	check_ptr(d, "192.0.2.15", DNS_NODATA, "", "no host name");
}

static void
test_silent(void)
{
	struct dns_mx mx[DNS_MX_MAX];
	unsigned short port;
	int fd = bind_udp(&port);
	struct dns *d = resolver(port);
	int64_t began = wire_now();
	size_t n;

	is_int(dns_mx(d, "example.test", began + 300, mx, &n), DNS_TEMPFAIL,
	    "a server that says nothing");
	ok(wire_now() - began < SECOND, "is not waited for");
	dns_free(d);
	close(fd);
}

static void
test_refused(void)
{
	struct dns_mx mx[DNS_MX_MAX];
	unsigned short port;
	struct dns *d;
	size_t n;

	close(bind_udp(&port));
	d = resolver(port);
	is_int(dns_mx(d, "example.test", wire_now() + 2 * SECOND, mx, &n),
	    DNS_TEMPFAIL, "no server there");
	dns_free(d);
}

/* Answers each question with one record that is not there. */
static pid_t
start_garbled(int fd)
{
	pid_t pid = fork();
	unsigned char packet[512];
	struct sockaddr_in peer;
	socklen_t len = sizeof peer;
	ssize_t n;

	if (pid != 0)
		return pid;
	while ((n = recvfrom(fd, packet, sizeof packet, 0,
		    (struct sockaddr *)&peer, &len)) >= 12) {
		packet[2] = 0x81; /* QR, RD; RA */
		packet[3] = 0x80;
		packet[7] = 1; /* ANCOUNT */
		sendto(fd, packet, (size_t)n, 0, (struct sockaddr *)&peer, len);
	}
	_exit(0);
}

static void
test_garbled(void)
{
	static struct dns_text text;
	char name[DNS_NAMES_MAX][DOMAIN_LEN + 1];
	const struct dns_host host = {"example.test", AF_INET};
	int64_t end = wire_now() + 10 * SECOND;
	struct ip ip[DNS_ADDR_MAX];
	struct dns_mx mx[DNS_MX_MAX];
	struct dns_ptr ptr;
	unsigned short port;
	int fd = bind_udp(&port);
	pid_t pid = start_garbled(fd);
	struct dns *d = resolver(port);
	size_t n;

	is_int(dns_mx(d, host.name, end, mx, &n), DNS_TEMPFAIL,
	    "an answer without the record it promises: MX");
	is_int(dns_addr(d, host.name, end, ip, &n), DNS_TEMPFAIL, "addresses");
	is_int(dns_addr_of(d, &host, end, ip, &n), DNS_TEMPFAIL, "one family");
	is_int(dns_txt(d, host.name, end, &text), DNS_TEMPFAIL, "TXT");
	ip_parse(ip, "192.0.2.1", 9);
	is_int(dns_names(d, ip, end, name, &n), DNS_TEMPFAIL, "names");
	dns_ptr_start(d, ip, &ptr);
	dns_step(d, -1, end);
	ok(ptr.done && ptr.status == DNS_TEMPFAIL, "the name of an address");
	dns_free(d);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(fd);
}

/* The first in /etc/resolv.conf; this host, if there is none. */
static void
test_system(void)
{
	char line[256], want[64] = "127.0.0.1", got[ENDPOINT_TEXT] = "";
	FILE *f = fopen("/etc/resolv.conf", "r");
	struct endpoints system;
	struct endpoint first;
	bool found = false;

	while (f != NULL && !found && fgets(line, sizeof line, f) != NULL)
		found = sscanf(line, "nameserver %63s", want) == 1;
	if (f != NULL)
		fclose(f);
	ok(dns_system(&system) == 0 && system.n > 0, "the system's resolvers");
	if (!endpoint_parse(&first, want, 53)) {
		ok(true, "# skip %s is bound to an interface", want);
		return;
	}
	endpoint_format(&first, want);
	if (system.n > 0)
		endpoint_format(&system.at[0], got);
	is_str(got, want, "are those it names");
}
