/* SPDX-License-Identifier: ISC */
/* Look-ups against a real server, knotd(8), on loopback; skipped without. */
#include "dns.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

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
    "$GENERATE 1-40 many MX $ a-rather-long-label-of-exchanger-$.many\n"
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
static int bind_udp(unsigned short *port);
static pid_t start_server(unsigned short port);
static struct dns *resolver(unsigned short port);
static bool is_up(struct dns *);
static void test_mx(struct dns *);
static void test_addr(struct dns *);
static void test_ptr(struct dns *);
static void check_ptr(struct dns *, const char *ip, enum dns_status,
    const char *name, const char *what);
static void test_silent(void);
static void test_refused(void);

int
main(void)
{
	unsigned short port;
	struct dns *d;
	pid_t pid;

	test_silent();
	test_refused();
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
		test_ptr(d);
	}
	dns_free(d);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	execlp("rm", "rm", "-rf", done() == 0 ? dir : "/nonexistent", NULL);
	return 1;
}
