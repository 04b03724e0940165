/* SPDX-License-Identifier: ISC */
/*
 * mx-sts: fetches the MTA-STS policy of a domain, as it is asked on fd 0
 * (stsproto.h, mx-sts(8)).  It decides nothing.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "fetch.h"
#include "stsproto.h"

int
main(int argc, char **argv)
{
	static struct sts_request request;
	static struct sts_answer answer;

	(void)argv;
	if (argc != 1) {
		fprintf(stderr, "usage: mx-sts\n");
		return EX_USAGE;
	}
	signal(SIGPIPE, SIG_IGN);
	if (sts_read(STDIN_FILENO, &request) == -1)
		err(errno == EBADMSG ? EX_USAGE : EX_TEMPFAIL, "request");
	if (*request.libexec == '\0')
		strlcpy(request.libexec, LIBEXECDIR, sizeof request.libexec);
	if (fetch_policy(&request, &answer) == -1)
		err(EX_TEMPFAIL, "sandbox");
	if (sts_write(STDOUT_FILENO, &answer) == -1)
		err(EX_TEMPFAIL, "answer");
	return EX_OK;
}
