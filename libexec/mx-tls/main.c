/* SPDX-License-Identifier: ISC */
/*
 * mx-tls: speaks TLS on a network socket for another program, as it is asked on
 * fd 0 (tlsproto.h, mx-tls(8)), or for all that connect to a socket of its own.
 * It alone holds the private keys.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "listen.h"
#include "log.h"
#include "serve.h"

enum { NETWORK_FD = 3 }; /* when none came with the request */

int
main(int argc, char **argv)
{
	static const struct served nothing = {NULL, NULL};
	struct listening at = {.argv = argv};
	const char *conf = CONF_DEFAULT, *path = NULL;
	int option, listens;

	while ((option = getopt(argc, argv, "f:l:")) != -1) {
		if (option == 'f')
			conf = optarg;
		else if (option == 'l')
			path = optarg;
		else
			argc = 0;
	}
	if (argc == 0 || optind != argc) {
		fprintf(stderr, "usage: mx-tls [-f file] [-l socket]\n");
		return EX_USAGE;
	}
	signal(SIGPIPE, SIG_IGN);
	log_open("mx-tls", LOG_L_INFO);
	if ((listens = listen_open(&at, path)) == -1)
		err(EX_OSERR, "%s", path != NULL ? path : "socket");
	return listens > 0 ? listen_run(&at, conf)
			   : serve(&nothing, NETWORK_FD);
}
