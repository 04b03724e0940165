/* SPDX-License-Identifier: ISC */
/* mxq drop: away without a bounce, so the postmaster is asked. */
#include <err.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "done.h"
#include "mxq.h"
#include "text.h"

static int drop(struct mxq *, const struct target *);
static int ask(const struct target *);
static bool answers_yes(void);

int
mxq_drop(struct mxq *q, char *args[])
{
	if (!q->yes && !isatty(STDIN_FILENO)) {
		warnx("drop asks, and this is no terminal: use -y");
		return EX_USAGE;
	}
	return target_each(q, args, false, drop);
}

/* The lock is not held while a person thinks. */
static int
drop(struct mxq *q, const struct target *t)
{
	struct message m;
	int code = q->yes ? EX_OK : ask(t);

	if (code != EX_OK)
		return code;
	if ((code = target_open(t, MESSAGE_LOCK, &m)) != EX_OK)
		return code;
	if (message_unlink(&m) == -1 || fsync(t->dir) == -1)
		code = target_trouble(t->domain, t->id);
	else
		done_row(q, t, "dropped");
	message_close(&m);
	return code;
}

static int
ask(const struct target *t)
{
	struct message m;
	int code = target_open(t, MESSAGE_READ, &m);

	if (code != EX_OK)
		return code;
	fprintf(stderr, "%s from <", target_name(t->domain, t->id));
	text_print(stderr, m.envelope->sender, false);
	fprintf(stderr, ">, %zu of %zu recipients wait: drop it? [y/N] ",
	    envelope_count(m.envelope, RCPT_WAITING), m.envelope->nrcpt);
	message_close(&m);
	return answers_yes() ? EX_OK : done_not(t, "kept", MXQ_NONE);
}

static bool
answers_yes(void)
{
	char line[16];

	if (fgets(line, sizeof line, stdin) == NULL)
		return false;
	line[strcspn(line, "\n")] = '\0';
	return strcmp(line, "y") == 0 || strcmp(line, "yes") == 0;
}
