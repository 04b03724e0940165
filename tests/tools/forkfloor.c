/* SPDX-License-Identifier: ISC */
/*
 * The least that a process for each connection can cost, for benchmarks: it
 * forks, says what an SMTP server says, keeps nothing and knows nobody.
 *
 *	forkfloor PORT
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

enum { BACKLOG = 1000, TEXT = 8192 };

static int listen_at(unsigned short port);
static void serve(int fd);
static bool answer(int fd, const char *line);
static bool say(int fd, const char *);
static bool read_message(int fd);

int
main(int argc, char *argv[])
{
	int listener, fd;

	if (argc != 2)
		errx(EX_USAGE, "forkfloor PORT");
	signal(SIGCHLD, SIG_IGN);
	listener = listen_at((unsigned short)strtonum(argv[1], 1, 65535, NULL));
	while ((fd = accept(listener, NULL, NULL)) != -1) {
		if (fork() == 0) {
			serve(fd);
			_exit(EX_OK);
		}
		close(fd);
	}
	err(EX_OSERR, "accept");
}

static int
listen_at(unsigned short port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&at, sizeof at) == -1 ||
	    listen(fd, BACKLOG) == -1)
		err(EX_OSERR, "port %d", port);
	return fd;
}

static void
serve(int fd)
{
	char line[TEXT];
	int on = 1;
	ssize_t n;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (!say(fd, "220 floor.test\r\n"))
		return;
	while ((n = read(fd, line, sizeof line - 1)) > 0) {
		line[n] = '\0';
		if (!answer(fd, line))
			return;
	}
}

static bool
answer(int fd, const char *line)
{
	if (strncasecmp(line, "QUIT", 4) == 0)
		return say(fd, "221 2.0.0 bye\r\n");
	if (strstr(line, "foreign.test") != NULL)
		return say(fd, "550 5.7.1 no\r\n");
	if (strncasecmp(line, "DATA", 4) == 0)
		return say(fd, "354 go ahead\r\n") && read_message(fd);
	return say(fd, "250 2.0.0 fine\r\n");
}

static bool
say(int fd, const char *text)
{
	return send(fd, text, strlen(text), MSG_NOSIGNAL) > 0;
}

static bool
read_message(int fd)
{
	char text[TEXT];
	ssize_t n;

	do {
		if ((n = read(fd, text, sizeof text)) < 5)
			return false;
	} while (memcmp(text + n - 5, "\r\n.\r\n", 5) != 0);
	return say(fd, "250 2.0.0 taken\r\n");
}
