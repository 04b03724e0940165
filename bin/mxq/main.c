/* SPDX-License-Identifier: ISC */
/* mxq(8): sees and steers the queue. */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "mxq.h"
#include "statedb.h"

struct command {
	const char *name;
	int (*run)(struct mxq *, char *args[]);
	int least, most; /* arguments; most -1: any number */
	char option;	 /* the one it alone takes */
};

static const struct command commands[] = {
    {"list", mxq_list, 0, 1, 0},
    {"show", mxq_show, 1, -1, 0},
    {"cat", mxq_cat, 1, -1, 't'},
    {"hold", mxq_hold, 1, -1, 0},
    {"release", mxq_release, 1, -1, 0},
    {"retry", mxq_retry, 1, -1, 0},
    {"bounce", mxq_bounce, 1, -1, 0},
    {"drop", mxq_drop, 1, -1, 'y'},
    {"stats", mxq_stats, 0, 1, 0},
    {"bad", mxq_bad, 0, 0, 0},
    {"why", mxq_why, 1, 1, 0},
};

static const struct command *find_command(const char *);
static bool is_usable(const struct command *, const struct mxq *, int nargs);
static int run(struct mxq *, const struct command *, char *args[]);
static void usage(void) __attribute__((noreturn));

int
main(int argc, char *argv[])
{
	static const struct option longs[] = {
	    {"json", no_argument, NULL, 'j'}, {0}};
	static struct mxq q;
	const char *file = CONF_DEFAULT;
	const struct command *command;
	char wrong[CONF_ERROR];
	bool check = false, json = false;
	int c;

	while ((c = getopt_long(argc, argv, "f:nty", longs, NULL)) != -1) {
		switch (c) {
		case 'f':
			file = optarg;
			break;
		case 'n':
			check = true;
			break;
		case 't':
			q.trace = true;
			break;
		case 'y':
			q.yes = true;
			break;
		case 'j':
			json = true;
			break;
		default:
			usage();
		}
	}
	argv += optind;
	command = *argv == NULL ? NULL : find_command(*argv);
	if (command == NULL ? !check || *argv != NULL
			    : !is_usable(command, &q, argc - optind - 1))
		usage();
	if (conf_load(&q.conf, file, wrong) == -1)
		errx(EX_CONFIG, "%s", wrong);
	if (check) {
		conf_print(&q.conf, stdout);
		return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
	}
	out_open(&q.out, stdout, json);
	return run(&q, command, argv + 1);
}

static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

static bool
is_usable(const struct command *command, const struct mxq *q, int nargs)
{
	return nargs >= command->least &&
	    (command->most == -1 || nargs <= command->most) &&
	    (!q->trace || command->option == 't') &&
	    (!q->yes || command->option == 'y');
}

static int
run(struct mxq *q, const struct command *command, char *args[])
{
	int code;

	if (spool_look(&q->spool, q->conf.spool) == -1) {
		code = errno == ENOENT ? EX_NOINPUT
		    : errno == EACCES  ? EX_NOPERM
				       : EX_TEMPFAIL;
		warn("%s", q->conf.spool);
		return code;
	}
	code = command->run(q, args);
	state_db_close(q->state);
	spool_close(&q->spool);
	if (ferror(stdout) || fflush(stdout) == EOF) {
		warn("stdout");
		return EX_IOERR;
	}
	return code;
}

static void
usage(void)
{
	fputs("usage: mxq [-f file] [--json] [-n] command\n"
	      "       list [domain]        what waits\n"
	      "       show id ...          envelope, history, next attempt\n"
	      "       cat [-t] id ...      the message; -t: as it is handed "
	      "over\n"
	      "       hold id|domain ...   no more attempts\n"
	      "       release id|domain ...\n"
	      "       retry id|domain ...  at the next run\n"
	      "       bounce id ...        back to the sender\n"
	      "       drop [-y] id ...     away, without a bounce\n"
	      "       stats [domain]       sums and the primary's state\n"
	      "       bad                  what did not parse\n"
	      "       why id|address|client  what was decided, and why\n",
	    stderr);
	exit(EX_USAGE);
}
