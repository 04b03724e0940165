/* SPDX-License-Identifier: ISC */
/* mxrecv(8): receives mail on the connection at fd 0. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "confine.h"
#include "log.h"
#include "offer.h"
#include "serve.h"

static int usage(void);
static int output(void);

int
main(int argc, char *argv[])
{
	const char *file = CONF_DEFAULT;
	struct conf conf;
	char error[CONF_ERROR];
	bool only_check = false;
	int option;

	log_open("mxrecv", LOG_L_INFO);
	while ((option = getopt(argc, argv, "f:n")) != -1) {
		if (option == 'f')
			file = optarg;
		else if (option == 'n')
			only_check = true;
		else
			return usage();
	}
	if (optind != argc)
		return usage();
	if (conf_load(&conf, file, error) == -1) {
		log_event(LOG_L_ERROR, "config", "error", error, NULL);
		return EX_CONFIG;
	}
	if (only_check) {
		conf_print(&conf, stdout);
		offer_print(&conf, stdout);
		return EX_OK;
	}
	signal(SIGPIPE, SIG_IGN);
	umask(077);
	if (confine(&conf, CONFINE_RECEIVER) == -1) {
		log_event(LOG_L_ERROR, "not-confined", "error", strerror(errno),
		    NULL);
		return EX_OSERR;
	}
	return serve(&conf, STDIN_FILENO, output());
}

static int
usage(void)
{
	log_event(
	    LOG_L_ERROR, "usage", "synopsis", "mxrecv [-n] [-f file]", NULL);
	return EX_USAGE;
}

/* A socket is written where it is read; from a shell, fd 1. */
static int
output(void)
{
	struct stat st;

	return fstat(STDIN_FILENO, &st) == 0 && S_ISSOCK(st.st_mode)
	    ? STDIN_FILENO
	    : STDOUT_FILENO;
}
