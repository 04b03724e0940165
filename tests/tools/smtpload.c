/* SPDX-License-Identifier: ISC */
/*
 * Clients for benchmarks, one message of 4 KB or one refusal a connection:
 *
 *	smtpload ADDRESS PORT message|refused|/FILE COUNT AT-ONCE [SECONDS]
 *
 * /FILE is a message: lines end with CR LF, none begins with a dot.
 * Ends after COUNT, or begins none after SECONDS.  Prints how many a second
 * were good, the median and the 99th percentile of their times in microseconds,
 * how many went wrong, how many there were; 1 when any went wrong.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "conf.h"

enum {
	SIZE = 4096,
	LARGEST = 65536,
	COUNT = 1000000,
	AT_ONCE = 1000,
	PATIENCE = 60,
	LONG = 3600
};

struct load {
	struct sockaddr_storage to;
	socklen_t len;
	bool refused;
	unsigned count;
	double until;
	atomic_uint next, done, wrong;
	unsigned *took; /* microseconds, of each connection */
	char body[LARGEST + 4];
};

static void run(struct load *, unsigned at_once);
static void make_body(struct load *);
static bool read_body(struct load *, const char *path);
static void *client(void *);
static bool visit(struct load *);
static bool talk(const struct load *, int fd);
static bool ask(int fd, const char *text, char want);
static bool hear(int fd, char want);
static double seconds(void);
static int by_time(const void *, const void *);

int
main(int argc, char *argv[])
{
	static struct load l;
	struct endpoint at;
	double began;

	if (argc < 6 || argc > 7 || !endpoint_parse(&at, argv[1], 25)) {
		fputs("usage: smtpload ADDRESS PORT message|refused|/FILE "
		      "COUNT AT-ONCE [SECONDS]\n",
		    stderr);
		return 2;
	}
	l.len = ip_to_sockaddr(
	    &at.ip, (unsigned short)strtonum(argv[2], 1, 65535, NULL), &l.to);
	l.refused = strcmp(argv[3], "refused") == 0;
	l.count = (unsigned)strtonum(argv[4], 1, COUNT, NULL);
	if ((l.took = calloc(l.count, sizeof *l.took)) == NULL)
		return 2;
	make_body(&l);
	if (*argv[3] == '/' && !read_body(&l, argv[3]))
		return 2;
	began = seconds();
	l.until = began +
	    (double)(argc < 7 ? LONG : strtonum(argv[6], 1, LONG, NULL));
	run(&l, (unsigned)strtonum(argv[5], 1, AT_ONCE, NULL));
	began = seconds() - began;
	qsort(l.took, l.done, sizeof *l.took, by_time);
	printf("%.1f %u %u %u %u\n", (l.done - l.wrong) / began,
	    l.took[l.done / 2], l.took[l.done * 99 / 100], l.wrong, l.done);
	free(l.took);
	return l.wrong > 0;
}

static void
run(struct load *l, unsigned at_once)
{
	pthread_t thread[AT_ONCE];

	for (unsigned i = 0; i < at_once; i++) {
		if (pthread_create(&thread[i], NULL, client, l) != 0)
			exit(2);
	}
	for (unsigned i = 0; i < at_once; i++)
		pthread_join(thread[i], NULL);
}

static void
make_body(struct load *l)
{
	size_t n = (size_t)snprintf(l->body, sizeof l->body,
	    "From: <a@client.test>\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000"
	    "\r\nSubject: load\r\n\r\n");

	while (n + 80 < SIZE) {
		memset(l->body + n, 'x', 78);
		memcpy(l->body + n + 78, "\r\n", 2);
		n += 80;
	}
	memset(l->body + n, 'y', SIZE - 2 - n);
	memcpy(l->body + SIZE - 2, "\r\n.\r\n", 6);
}

static bool
read_body(struct load *l, const char *path)
{
	FILE *f = fopen(path, "r");
	size_t n = f == NULL ? 0 : fread(l->body, 1, LARGEST, f);

	if (n < 2 || !feof(f) || fclose(f) != 0)
		return false;
	memcpy(l->body + n, ".\r\n", 4);
	return true;
}

static void *
client(void *ctx)
{
	struct load *l = ctx;
	double began;

	while ((began = seconds()) < l->until &&
	    atomic_fetch_add(&l->next, 1) < l->count) {
		if (!visit(l))
			atomic_fetch_add(&l->wrong, 1);
		l->took[atomic_fetch_add(&l->done, 1)] =
		    (unsigned)((seconds() - began) * 1e6);
	}
	return NULL;
}

static bool
visit(struct load *l)
{
	static const struct timeval patience = {.tv_sec = PATIENCE};
	int fd = socket(l->to.ss_family, SOCK_STREAM, 0), on = 1;
	bool good;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	good =
	    connect(fd, (struct sockaddr *)&l->to, l->len) == 0 && talk(l, fd);
	/* some wait for us to close before they say goodbye */
	if (good && send(fd, "QUIT\r\n", 6, MSG_NOSIGNAL) == 6) {
		shutdown(fd, SHUT_WR);
		good = hear(fd, '2');
	}
	close(fd);
	return good;
}

static bool
talk(const struct load *l, int fd)
{
	if (!hear(fd, '2') || !ask(fd, "EHLO client.test\r\n", '2') ||
	    !ask(fd, "MAIL FROM:<a@client.test>\r\n", '2'))
		return false;
	if (l->refused)
		return ask(fd, "RCPT TO:<b@foreign.test>\r\n", '5');
	return ask(fd, "RCPT TO:<b@b.test>\r\n", '2') &&
	    ask(fd, "DATA\r\n", '3') && ask(fd, l->body, '2');
}

static bool
ask(int fd, const char *text, char want)
{
	size_t n = strlen(text);

	return send(fd, text, n, MSG_NOSIGNAL) == (ssize_t)n && hear(fd, want);
}

/* A whole reply. */
static bool
hear(int fd, char want)
{
	char text[4096], *line;
	size_t n = 0;

	do {
		ssize_t got = recv(fd, text + n, sizeof text - 1 - n, 0);

		if (got <= 0)
			return false;
		n += (size_t)got;
		text[n] = '\0';
		line = n > 1 ? memrchr(text, '\n', n - 1) : NULL;
		line = line == NULL ? text : line + 1;
	} while (text[n - 1] != '\n' || strlen(line) < 4 || line[3] == '-');
	return text[0] == want;
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int
by_time(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}
