/* SPDX-License-Identifier: ISC */
/*
 * mx-dkim: verifies the DKIM signatures of one message and judges it by DMARC,
 * as it is asked on fd 0 (dkimproto.h, mx-dkim(8)).  It decides nothing.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "check.h"
#include "dkimproto.h"

enum { MESSAGE_FD = 3 };

int
main(int argc, char **argv)
{
	static struct dkim_request request = {.fd = MESSAGE_FD};
	static struct dkim_answer answer;

	(void)argv;
	if (argc != 1) {
		fprintf(stderr, "usage: mx-dkim\n");
		return EX_USAGE;
	}
	if (dkim_read(STDIN_FILENO, &request) == -1)
		err(errno == EBADMSG ? EX_USAGE : EX_TEMPFAIL, "request");
	if (check_message(&request, &answer) == -1)
		err(EX_TEMPFAIL, "message");
	if (dkim_write(STDOUT_FILENO, &answer) == -1)
		err(EX_TEMPFAIL, "answer");
	return EX_OK;
}
