/* SPDX-License-Identifier: ISC */
/*
 * mx-dkim: verifies the DKIM signatures of messages and judges them by DMARC,
 * as it is asked on fd 0 (dkimproto.h, mx-dkim(8)).  It decides nothing.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "serve.h"

enum { MESSAGE_FD = 3 }; /* where none comes with a request */

int
main(int argc, char **argv)
{
	int spare = fcntl(MESSAGE_FD, F_GETFD) == -1 ? -1 : MESSAGE_FD;

	(void)argv;
	if (argc != 1) {
		fprintf(stderr, "usage: mx-dkim\n");
		return EX_USAGE;
	}
	return serve(STDIN_FILENO, STDOUT_FILENO, spare);
}
