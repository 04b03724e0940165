/* SPDX-License-Identifier: ISC */
#include "start.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "confine.h"
#include "listen.h"
#include "log.h"
#include "serve.h"

static int output(void);

int
start(struct conf *conf, const char *file, struct sockets *sockets)
{
	static const struct lent nothing = {NULL, -1, -1};

	if (sockets->n == 0)
		sockets_inherit(sockets);
	signal(SIGPIPE, SIG_IGN);
	umask(077);
	if (confine(conf, CONFINE_RECEIVER) == -1) {
		log_event(LOG_L_ERROR, "not-confined", "error", strerror(errno),
		    NULL);
		return EX_OSERR;
	}
	return sockets->n > 0 ? listen_run(conf, file, sockets)
			      : serve(conf, &nothing, STDIN_FILENO, output());
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
