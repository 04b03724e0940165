/* SPDX-License-Identifier: ISC */
/* A process that shakes hands, with mx-tls' code and confined like it, on one
 * socket after the other. */
#ifndef TLSVICTIM_H
#define TLSVICTIM_H

#include <openssl/err.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../libexec/mx-tls/client.h"
#include "../../libexec/mx-tls/handshake.h"
#include "../../libexec/mx-tls/server.h"
#include "sandbox.h"
#include "wire.h"

enum { DEADLINE_MS = 3000, MEMORY = 128 << 20 };
enum role { SERVER, CLIENT_ANY, CLIENT_DANE, ROLES };

static SSL *first; /* a server's, whose context is that of all */
static char tlsa[80] = "3 1 1 ";
static int victim = -1; /* the other end of its fd 0 and 1 */
static pid_t victim_pid;

static SSL *
open_one(enum role role)
{
	static struct tls_request any = {.mode = TLS_CLIENT},
				  dane = {.mode = TLS_CLIENT,
				      .verify = TLS_DANE,
				      .tlsa = {1, {tlsa}},
				      .name = {1, {"mx.test"}}};
	struct tls_answer answer = {.up = false};
	SSL *ssl;

	if (role != SERVER)
		return client_open(role == CLIENT_ANY ? &any : &dane, &answer);
	if ((ssl = SSL_new(SSL_get_SSL_CTX(first))) == NULL)
		return NULL;
	SSL_set_app_data(ssl, SSL_get_app_data(first));
	SSL_set_accept_state(ssl);
	return ssl;
}

/* What comes behind the handshake is read as well. */
static void
read_rest(SSL *ssl, int network)
{
	struct pollfd p = {.fd = network, .events = POLLIN};
	char octets[4096];
	int n;

	for (;;) {
		ERR_clear_error();
		if ((n = SSL_read(ssl, octets, sizeof octets)) > 0)
			continue;
		if (SSL_get_error(ssl, n) != SSL_ERROR_WANT_READ ||
		    poll(&p, 1, DEADLINE_MS) != 1)
			return;
	}
}

static int
take_one(char *role)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec io = {role, 1};
	struct msghdr m = {.msg_iov = &io,
	    .msg_iovlen = 1,
	    .msg_control = control,
	    .msg_controllen = sizeof control};
	int fd = -1;

	if (recvmsg(0, &m, 0) == 1 && CMSG_FIRSTHDR(&m) != NULL)
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof fd);
	return fd;
}

static int
be_victim(void)
{
	const struct sandbox box = {.memory = MEMORY, .seconds = 3600};
	char role;
	int fd;

	if (sandbox_enter(&box) == -1)
		return 1;
	while ((fd = take_one(&role)) != -1) {
		struct tls_answer answer = {.up = false};
		SSL *ssl = open_one((enum role)role);

		if (ssl == NULL)
			return 2;
		if (handshake(ssl, fd, wire_now() + DEADLINE_MS, &answer))
			read_rest(ssl, fd);
		SSL_free(ssl);
		close(fd);
		if (write(1, answer.up ? "u" : "r", 1) != 1)
			return 3;
	}
	return 0;
}

static void
start_victim(void)
{
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == -1 ||
	    (victim_pid = fork()) == -1)
		exit(99);
	if (victim_pid == 0) {
		dup2(sv[1], 0);
		dup2(sv[1], 1);
		close(sv[0]);
		close(sv[1]);
		_exit(be_victim());
	}
	close(sv[1]);
	victim = sv[0];
}

/* Its exit status, or 128 and the signal. */
static int
end_victim(void)
{
	int status;

	close(victim);
	waitpid(victim_pid, &status, 0);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

#endif
