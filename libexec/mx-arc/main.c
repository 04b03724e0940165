/* SPDX-License-Identifier: ISC */
/*
 * mx-arc: adds a set to the Authenticated Received Chain of one message, as it
 * is asked on fd 0 (sealproto.h, mx-arc(8)).  The key is read before anything
 * that others wrote, and the file can not be opened any more then.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "sandbox.h"
#include "sealproto.h"
#include "set.h"
#include "signer.h"

enum { MESSAGE_FD = 3 };

static void seal(const struct seal_asked *, struct seal_answer *);

int
main(int argc, char **argv)
{
	static struct seal_asked asked;
	static struct seal_answer answer;

	(void)argv;
	if (argc != 1) {
		fprintf(stderr, "usage: mx-arc\n");
		return EX_USAGE;
	}
	if (seal_read(STDIN_FILENO, &asked) == -1)
		err(errno == EBADMSG ? EX_USAGE : EX_TEMPFAIL, "request");
	seal(&asked, &answer);
	if (seal_write(STDOUT_FILENO, &answer) == -1)
		err(EX_TEMPFAIL, "answer");
	return EX_OK;
}

static void
seal(const struct seal_asked *asked, struct seal_answer *a)
{
	struct signer *s = signer_new(asked->key, a->error);

	if (s == NULL)
		return;
	if (sandbox_enter(&(struct sandbox){.seconds = 60}) == -1)
		err(EX_OSERR, "sandbox");
	set_make(s, asked, MESSAGE_FD, a);
	signer_free(s);
}
