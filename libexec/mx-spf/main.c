/* SPDX-License-Identifier: ISC */
/*
 * mx-spf: evaluates SPF for clients' HELO and reverse-path, as it is asked on
 * fd 0 (spfproto.h, mx-spf(8)).  It decides nothing.
 */
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "serve.h"

int
main(int argc, char **argv)
{
	(void)argv;
	if (argc != 1) {
		fprintf(stderr, "usage: mx-spf\n");
		return EX_USAGE;
	}
	return serve(STDIN_FILENO, STDOUT_FILENO);
}
