/* SPDX-License-Identifier: ISC */
/* mxrecv(8): receives mail, on the connection at fd 0 or on all that come. */
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "advise.h"
#include "log.h"
#include "offer.h"
#include "start.h"

static int usage(void);

int
main(int argc, char *argv[])
{
	const char *file = CONF_DEFAULT, *wrong = NULL;
	struct sockets sockets = {.n = 0};
	struct conf conf;
	char error[CONF_ERROR];
	bool only_check = false;
	int option;

	log_open("mxrecv", LOG_L_INFO);
	while ((option = getopt(argc, argv, "f:l:n")) != -1) {
		if (option == 'f')
			file = optarg;
		else if (option == 'l' && wrong == NULL)
			wrong = sockets_open(&sockets, optarg);
		else if (option == 'n')
			only_check = true;
		else
			return usage();
	}
	if (optind != argc)
		return usage();
	if (wrong != NULL) {
		log_event(LOG_L_ERROR, "no-socket", "error", wrong, NULL);
		return EX_OSERR;
	}
	if (conf_load(&conf, file, error) == -1) {
		log_event(LOG_L_ERROR, "config", "error", error, NULL);
		return EX_CONFIG;
	}
	if (only_check) {
		conf_print(&conf, stdout);
		advise_print(&conf, stdout);
		offer_print(&conf, stdout);
		return EX_OK;
	}
	return start(&conf, file, &sockets);
}

static int
usage(void)
{
	log_event(LOG_L_ERROR, "usage", "synopsis",
	    "mxrecv [-n] [-f file] [-l address[:port]]...", NULL);
	return EX_USAGE;
}
