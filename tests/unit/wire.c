/* SPDX-License-Identifier: ISC */
/* Lines and octets of a socket, with deadlines. */
#include "wire.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap.h"

enum { LIMIT = 10 };

static struct wire wire;
static int peer;

static void
fresh(void)
{
	static int old[2] = {-1, -1};

	close(old[0]);
	close(old[1]);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, old) == -1)
		exit(1);
	wire_init(&wire, old[0], old[0]);
	peer = old[1];
}

static void
give(const char *s)
{
	ok(write(peer, s, strlen(s)) == (ssize_t)strlen(s), "given");
}

static void
line(enum wire_status want, const char *text)
{
	enum wire_status got;
	char *s = NULL, copy[100] = "";
	size_t n = 0;

	got = wire_line(&wire, LIMIT, wire_now() + 100, &s, &n);
	is_int(got, want, "status");
	if (text == NULL)
		return;
	memcpy(copy, s, n < 99 ? n : 99);
	is_str(copy, text, "line");
}

static void
test_lines(void)
{
	fresh();
	give("one\r\n\r\nthree\r");
	line(WIRE_OK, "one");
	line(WIRE_OK, "");
	ok(!wire_has_line(&wire) && wire_pending(&wire) > 0, "half a line");
	line(WIRE_TIMEOUT, NULL);
	give("\nbare\n1234567890\r\n12345678901\r\nnext\r\n");
	line(WIRE_OK, "three");
	line(WIRE_BARE_LF, "bare");
	line(WIRE_OK, "1234567890");
	line(WIRE_LINE_LONG, NULL);
	line(WIRE_OK, "next");
	give("a\rb\r\nlast");
	line(WIRE_OK, "a\rb");
	shutdown(peer, SHUT_WR);
	line(WIRE_EOF, NULL);
}

static void
test_long(void)
{
	static char big[3 * WIRE_BUFFER];
	pid_t pid;

	fresh();
	memset(big, 'x', sizeof big);
	memcpy(big + sizeof big - 8, "\r\nnext\r\n", 8);
	if ((pid = fork()) == 0)
		_exit(write(peer, big, sizeof big) != sizeof big);
	line(WIRE_LINE_LONG, NULL);
	line(WIRE_OK, "next");
	kill(pid, SIGKILL);
}

static void
test_octets(void)
{
	char *s;
	size_t n;

	fresh();
	ok(!wire_readable(&wire, 0), "nothing there");
	is_int(wire_octets(&wire, wire_now() + 50, &s, &n), WIRE_TIMEOUT,
	    "a deadline");
	give("abcdef");
	ok(wire_readable(&wire, 100), "something there");
	ok(wire_octets(&wire, wire_now() + 50, &s, &n) == WIRE_OK && n == 6,
	    "octets");
	wire_consume(&wire, 4);
	ok(wire_pending(&wire) == 2 && wire_readable(&wire, 0), "two are left");
	ok(wire_octets(&wire, 0, &s, &n) == WIRE_OK && n == 2 && *s == 'e',
	    "and come first");
	wire_consume(&wire, 2);
	close(peer);
	ok(wire_readable(&wire, 0), "an end is input");
	is_int(wire_octets(&wire, wire_now() + 50, &s, &n), WIRE_EOF, "an end");
}

static void
test_write(void)
{
	static char big[8 << 20];
	int64_t began;

	fresh();
	is_int(wire_write(&wire, "x", 1, 0), WIRE_OK, "a write that fits");
	began = wire_now();
	is_int(wire_write(&wire, big, sizeof big, wire_now() + 200),
	    WIRE_TIMEOUT, "a peer that does not read");
	ok(wire_now() - began < 2000, "is not waited for");
	close(peer);
	is_int(wire_write(&wire, "x", 1, wire_now() + 50), WIRE_ERROR,
	    "a peer that is gone");
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	test_lines();
	test_long();
	test_octets();
	test_write();
	return done();
}
