/* SPDX-License-Identifier: ISC */
/*
 * mx-spf: evaluates SPF for a client's HELO and reverse-path, as it is asked on
 * fd 0 (spfproto.h, mx-spf(8)).  It decides nothing.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "check.h"
#include "spfproto.h"

int
main(int argc, char **argv)
{
	static struct spf_request request;
	static struct spf_answer answer;

	(void)argv;
	if (argc != 1) {
		fprintf(stderr, "usage: mx-spf\n");
		return EX_USAGE;
	}
	if (spf_read(STDIN_FILENO, &request) == -1)
		err(errno == EBADMSG ? EX_USAGE : EX_TEMPFAIL, "request");
	if (check_client(&request, &answer) == -1)
		err(EX_TEMPFAIL, "client");
	if (spf_write(STDOUT_FILENO, &answer) == -1)
		err(EX_TEMPFAIL, "answer");
	return EX_OK;
}
