/* SPDX-License-Identifier: ISC */
/*
 * An SMTP server in a process of its own, that takes all mail, until one of its
 * replies goes wrong: which, and how, the test says before each connection.
 */
#ifndef BADSERVER_H
#define BADSERVER_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum wrong {
	WRONG_CLOSED, /* it hangs up instead */
	WRONG_CLOSING,
	WRONG_ODD,	/* no reply for this command */
	WRONG_NONSENSE, /* none at all */
	WRONG_TWICE,
	WRONG_LAST_WORDS, /* 421 right behind it */
	WRONG_LATER,
	WRONG_MANY,
	WRONG_NO,
	WRONG_ENDS
};

static struct bad {
	unsigned try;	  /* replies are counted anew when it changes */
	char offers[512]; /* in answer to EHLO, a line each */
	char name[64];	  /* that it has */
	char refused[64]; /* a recipient; "": none */
	int at;		  /* the reply that goes wrong; 0: none */
	enum wrong how;
	/* what came of it */
	int replies;	/* in this try */
	unsigned took;	/* the latest try in which it took a message */
	unsigned taken; /* messages, in all */
	unsigned short port;
} * bad;

static struct {
	FILE *in;
	int fd;
} bad_peer;

/* False: it has hung up. */
static bool
bad_send(const char *text)
{
	size_t n = strlen(text);

	return send(bad_peer.fd, text, n, MSG_NOSIGNAL) == (ssize_t)n;
}

/* What is said in place of TEXT, a whole reply; false: nothing more is. */
static bool
bad_say_wrong(const char *text)
{
	static const char *const said[] = {
	    [WRONG_CLOSING] = "421 4.3.2 closing\r\n",
	    [WRONG_ODD] = "355 4.3.2 odd\r\n",
	    [WRONG_NONSENSE] = "nonsense\r\n",
	    [WRONG_LATER] = "451 4.3.0 later\r\n",
	    [WRONG_MANY] = "452 4.5.3 too many\r\n",
	    [WRONG_NO] = "554 5.7.1 no\r\n",
	};
	char both[1024];

	switch (bad->how) {
	case WRONG_CLOSED:
		return false;
	case WRONG_TWICE:
	case WRONG_LAST_WORDS:
		snprintf(both, sizeof both, "%s%s", text,
		    bad->how == WRONG_TWICE ? text : said[WRONG_CLOSING]);
		return bad_send(both);
	default:
		return bad_send(said[bad->how]) && bad->how != WRONG_CLOSING;
	}
}

/* *SAID: as it should be; false: the connection is over. */
static bool
bad_reply(const char *text, bool *said)
{
	*said = ++bad->replies != bad->at;
	return *said ? bad_send(text) : bad_say_wrong(text);
}

static bool
bad_hello(bool *said)
{
	char text[1024], *at = bad->offers;
	size_t n = (size_t)snprintf(text, sizeof text, "250%c%s\r\n",
	    *at == '\0' ? ' ' : '-', bad->name);

	while (*at != '\0') {
		size_t len = strcspn(at, "\n");

		n += (size_t)snprintf(text + n, sizeof text - n,
		    "250%c%.*s\r\n", at[len] == '\n' ? '-' : ' ', (int)len, at);
		at += len + (at[len] == '\n');
	}
	return bad_reply(text, said);
}

static bool
bad_take(bool all_there)
{
	bool said;

	if (!all_there)
		return false;
	bad->took = bad->try;
	bad->taken++;
	return bad_reply("250 2.0.0 Queued\r\n", &said);
}

static bool
bad_chunk(const char *line)
{
	unsigned long n = strtoul(line + 4, NULL, 10);

	while (n > 0 && getc(bad_peer.in) != EOF)
		n--;
	return bad_take(n == 0);
}

static bool
bad_data(void)
{
	char line[1024];
	bool said;

	if (!bad_reply("354 go on\r\n", &said) || !said)
		return !said && bad->how != WRONG_CLOSED;
	while (fgets(line, sizeof line, bad_peer.in) != NULL) {
		if (strcmp(line, ".\r\n") == 0)
			return bad_take(true);
	}
	return false;
}

static bool
bad_command(const char *line)
{
	bool said;

	if (strncasecmp(line, "EHLO", 4) == 0)
		return bad_hello(&said);
	if (strncasecmp(line, "XCLIENT", 7) == 0)
		return bad_reply("220 again\r\n", &said);
	if (strncasecmp(line, "STARTTLS", 8) == 0)
		return bad_reply("220 2.0.0 begin\r\n", &said);
	if (strncasecmp(line, "DATA", 4) == 0)
		return bad_data();
	if (strncasecmp(line, "BDAT", 4) == 0)
		return bad_chunk(line);
	if (strncasecmp(line, "QUIT", 4) == 0)
		return bad_reply("221 2.0.0 bye\r\n", &said) && false;
	if (strncasecmp(line, "RCPT", 4) == 0 && *bad->refused != '\0' &&
	    strstr(line, bad->refused) != NULL)
		return bad_reply("550 5.1.1 nobody\r\n", &said);
	return bad_reply("250 2.0.0 Ok\r\n", &said);
}

static void
bad_serve(int fd)
{
	static unsigned try;
	char line[4096];
	bool said;
	int on = 1;

	if (try != bad->try) {
		try = bad->try;
		bad->replies = 0;
	}
	bad_peer.fd = fd;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if ((bad_peer.in = fdopen(fd, "r")) == NULL)
		exit(99);
	if (bad_reply("220 bad.test ESMTP\r\n", &said)) {
		while (fgets(line, sizeof line, bad_peer.in) != NULL &&
		    bad_command(line))
			continue;
	}
	fclose(bad_peer.in);
}

/* Until nobody holds the other end of END. */
__attribute__((noreturn)) static void
bad_listen(int fd, int end)
{
	struct pollfd p[2] = {
	    {.fd = fd, .events = POLLIN}, {.fd = end, .events = POLLIN}};

	while (poll(p, 2, -1) > 0 && p[1].revents == 0)
		bad_serve(accept(fd, NULL, NULL));
	_exit(0);
}

/* The server; it lives as long as the test. */
static void
bad_start(void)
{
	struct sockaddr_in in = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof in;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), end[2];

	bad = mmap(NULL, sizeof *bad, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (bad == MAP_FAILED || fd == -1 ||
	    bind(fd, (struct sockaddr *)&in, sizeof in) == -1 ||
	    listen(fd, 100) == -1 ||
	    getsockname(fd, (struct sockaddr *)&in, &len) == -1)
		exit(99);
	bad->port = ntohs(in.sin_port);
	snprintf(bad->name, sizeof bad->name, "bad.test");
	if (pipe2(end, O_CLOEXEC) == -1)
		exit(99);
	if (fork() == 0) {
		close(end[1]);
		if (fork() == 0) /* nobody's child */
			bad_listen(fd, end[0]);
		_exit(0);
	}
	wait(NULL);
	close(end[0]);
	close(fd);
}

/* From now on its reply AT goes wrong so. */
static void
bad_next(int at, enum wrong how)
{
	bad->at = at;
	bad->how = how;
	bad->try++;
}

#endif
