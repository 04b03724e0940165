/* SPDX-License-Identifier: ISC */
/* The first untrusted octets.  They come within a time, or not at all. */
#include "handshake.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/err.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "wire.h"

static bool await(int network, int wanted, int64_t deadline, const char **why);
static void explain(SSL *, int error, struct tls_answer *);

bool
handshake(SSL *ssl, int network, int64_t deadline, struct tls_answer *a)
{
	const char *why = NULL;
	int flags = fcntl(network, F_GETFL), n, wanted;

	if (flags == -1 || fcntl(network, F_SETFL, flags | O_NONBLOCK) == -1 ||
	    SSL_set_fd(ssl, network) != 1) {
		answer_fail(a, TLS_VALIDATION, "network: %s", strerror(errno));
		return false;
	}
	for (;;) {
		ERR_clear_error();
		errno = 0;
		if ((n = SSL_do_handshake(ssl)) == 1)
			break;
		wanted = SSL_get_error(ssl, n);
		if (wanted != SSL_ERROR_WANT_READ &&
		    wanted != SSL_ERROR_WANT_WRITE) {
			explain(ssl, wanted, a);
			return false;
		}
		if (!await(network, wanted, deadline, &why)) {
			answer_fail(a, TLS_VALIDATION, "handshake: %s", why);
			return false;
		}
	}
	answer_up(a, ssl);
	return true;
}

/* Who asked for it may have gone: then there is no need to wait. */
static bool
await(int network, int wanted, int64_t deadline, const char **why)
{
	struct pollfd p[] = {
	    {.fd = network,
		.events = wanted == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT},
	    {.fd = STDOUT_FILENO, .events = 0}};
	int64_t left = deadline - wire_now();
	int n = left > 0 ? poll(p, 2, left > INT_MAX ? INT_MAX : (int)left) : 0;

	if (n == 0)
		*why = "timed out";
	else if (n == -1 && errno != EINTR)
		*why = strerror(errno);
	else if (p[1].revents != 0)
		*why = "nobody waits for it";
	return *why == NULL;
}

static void
explain(SSL *ssl, int error, struct tls_answer *a)
{
	long result = SSL_get_verify_result(ssl);

	if (!SSL_is_server(ssl) && result != X509_V_OK &&
	    (SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) != 0)
		answer_unverified(a, result);
	else if (error == SSL_ERROR_ZERO_RETURN ||
	    (error == SSL_ERROR_SYSCALL && errno == 0))
		answer_fail(a, TLS_VALIDATION, "handshake: the peer hung up");
	else if (error == SSL_ERROR_SYSCALL)
		answer_fail(
		    a, TLS_VALIDATION, "handshake: %s", strerror(errno));
	else
		answer_error(a, "handshake");
}
