/* SPDX-License-Identifier: ISC */
/*
 * mx-tls: speaks TLS on a network socket for another program, as it is asked on
 * fd 0 (tlsproto.h, mx-tls(8)).  It alone holds the private keys.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "serve.h"
#include "tlsproto.h"

enum { NETWORK_FD = 3 }; /* when none came with the request */

int
main(int argc, char **argv)
{
	static struct tls_request request;
	int network;

	(void)argv;
	if (argc != 1) {
		fprintf(stderr, "usage: mx-tls\n");
		return EX_USAGE;
	}
	signal(SIGPIPE, SIG_IGN);
	if (tls_read(STDIN_FILENO, &request, &network) == -1)
		err(errno == EBADMSG ? EX_USAGE : EX_TEMPFAIL, "request");
	if (network == -1 && request.mode != TLS_CHECK &&
	    fcntl(network = NETWORK_FD, F_GETFD) == -1)
		errx(EX_USAGE, "no network socket came along");
	return serve(&request, network);
}
