/* SPDX-License-Identifier: ISC */
/* mxrun(8): hands what waits in the queue to those it is for. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "confine.h"
#include "job.h"
#include "log.h"
#include "reports.h"
#include "run.h"

static volatile sig_atomic_t stop_asked;

static int usage(void);
static void on_stop(int);
static void set_signals(void);

int
main(int argc, char *argv[])
{
	const char *file = CONF_DEFAULT;
	bool only_check = false, verbose = false, reports = false;
	struct conf conf;
	char error[CONF_ERROR];
	int option;

	while ((option = getopt(argc, argv, "f:nrv")) != -1) {
		if (option == 'f')
			file = optarg;
		else if (option == 'n')
			only_check = true;
		else if (option == 'r')
			reports = true;
		else if (option == 'v')
			verbose = true;
		else
			return usage();
	}
	if ((only_check || reports) && optind != argc)
		return usage();
	log_open("mxrun", verbose ? LOG_L_DEBUG : LOG_L_INFO);
	if (conf_load(&conf, file, error) == -1) {
		fprintf(stderr, "mxrun: %s\n", error);
		return EX_CONFIG;
	}
	if (only_check) {
		conf_print(&conf, stdout);
		return EX_OK;
	}
	set_signals();
	umask(077);
	if (confine(&conf, CONFINE_RUNNER) == -1) {
		log_event(LOG_L_ERROR, "not-confined", "error", strerror(errno),
		    NULL);
		return EX_OSERR;
	}
	if (reports)
		return reports_run(&conf);
	return run_queue(
	    &conf, argv + optind, !verbose && isatty(STDERR_FILENO));
}

static int
usage(void)
{
	fputs("usage: mxrun [-nrv] [-f file] [domain ...]\n", stderr);
	return EX_USAGE;
}

bool
stopping(void)
{
	return stop_asked != 0;
}

static void
on_stop(int signal)
{
	(void)signal;
	stop_asked = 1;
}

static void
set_signals(void)
{
	struct sigaction stop = {.sa_handler = on_stop};

	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
}
