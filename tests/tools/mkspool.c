/* SPDX-License-Identifier: ISC */
/*
 * Makes messages in a spool, for tests: the message is read from fd 0, the
 * names go to fd 1.  Any octet in an argument is "%XX", as in the journal.
 *
 *	mkspool [-f from] [-h helo] [-r rcpt]... [-a arrived] [-m mtime]
 *	    [-v verified] [-n count] [-j "type key=value ..."]... spool domain
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "spool.h"

enum { EVENTS = 64 };

struct plan {
	struct envelope *envelope;
	char *event[EVENTS];
	size_t events;
	time_t mtime; /* 0: as it comes */
	char *message;
	size_t length;
};

static void options(struct plan *, int argc, char *argv[], long *count);
static void number(struct plan *, long);
static char *decode(char *);
static void read_message(struct plan *);
static void make_one(struct spool *, const char *domain, struct plan *);
static void add_events(
    struct spool *, const char *, const char *, struct plan *);
static void add_event(struct message *, char *text);

int
main(int argc, char *argv[])
{
	struct plan plan = {.envelope = envelope_new()};
	struct spool sp;
	long count = 1;

	if (plan.envelope == NULL)
		err(EX_OSERR, NULL);
	time(&plan.envelope->arrived);
	envelope_set(&plan.envelope->sender, "sender@example.org");
	envelope_set(&plan.envelope->client, "192.0.2.1");
	envelope_set(&plan.envelope->helo, "mail.example.org");
	envelope_set(&plan.envelope->proto, "ESMTP");
	options(&plan, argc, argv, &count);
	argv += optind;
	read_message(&plan);
	if (spool_open(&sp, argv[0]) == -1)
		err(EX_IOERR, "%s", argv[0]);
	while (count-- > 0) {
		number(&plan, count);
		make_one(&sp, argv[1], &plan);
	}
	spool_close(&sp);
	envelope_free(plan.envelope);
	free(plan.message);
	return EX_OK;
}

static void
options(struct plan *p, int argc, char *argv[], long *count)
{
	struct envelope *e = p->envelope;
	int c;

	while ((c = getopt(argc, argv, "f:h:r:t:a:m:n:j:v:")) != -1) {
		if (c == 'f')
			envelope_set(&e->sender, decode(optarg));
		else if (c == 'v')
			envelope_set(&e->verified, decode(optarg));
		else if (c == 'h')
			envelope_set(&e->helo, decode(optarg));
		else if (c == 't')
			envelope_set(&e->trace, decode(optarg));
		else if (c == 'r')
			envelope_add_rcpt(e, decode(optarg), 0, "");
		else if (c == 'a')
			e->arrived = strtoll(optarg, NULL, 10);
		else if (c == 'm')
			p->mtime = strtoll(optarg, NULL, 10);
		else if (c == 'n')
			*count = strtol(optarg, NULL, 10);
		else if (c == 'j' && p->events < EVENTS)
			p->event[p->events++] = optarg;
		else
			exit(EX_USAGE);
	}
	if (argc - optind != 2)
		exit(EX_USAGE);
	if (e->nrcpt == 0)
		envelope_add_rcpt(e, "user@example.com", 0, "");
}

/* "a#@example.org": # is the number of the message. */
static void
number(struct plan *p, long n)
{
	static char *form;
	char from[MAILBOX_LEN + 1];
	int at;

	if (form == NULL)
		form = strdup(p->envelope->sender);
	at = (int)strcspn(form, "#");
	if (form[at] == '\0')
		return;
	snprintf(from, sizeof from, "%.*s%ld%s", at, form, n, form + at + 1);
	envelope_set(&p->envelope->sender, from);
}

/* In its place: it only gets shorter. */
static char *
decode(char *s)
{
	size_t length = strlen(s), n;

	if (!value_decode(s, length, s, length + 1, &n))
		errx(EX_USAGE, "%s: not encoded", s);
	return s;
}

static void
read_message(struct plan *p)
{
	FILE *f = open_memstream(&p->message, &p->length);
	char block[65536];
	size_t n;

	while ((n = fread(block, 1, sizeof block, stdin)) > 0)
		fwrite(block, 1, n, f);
	fclose(f);
}

static void
make_one(struct spool *sp, const char *domain, struct plan *p)
{
	static struct draft d;
	char id[ID_NAME + 1];

	if (id_new(id) == -1 || draft_open(&d, sp) == -1 ||
	    draft_write(&d, p->message, p->length) == -1 ||
	    draft_seal(&d, p->envelope) == -1 ||
	    draft_link(&d, sp, domain, id) == -1)
		err(EX_IOERR, "%s", domain);
	add_events(sp, domain, id, p);
	puts(id);
}

static void
add_events(struct spool *sp, const char *domain, const char *id, struct plan *p)
{
	int dir = spool_domain_dir(sp, domain, false);
	struct message m;

	if (message_open(&m, dir, id, MESSAGE_LOCK) != MESSAGE_OK)
		err(EX_IOERR, "%s", id);
	for (size_t i = 0; i < p->events; i++)
		add_event(&m, p->event[i]);
	if (p->mtime != 0 && message_schedule(&m, p->mtime, false) == -1)
		err(EX_IOERR, "%s", id);
	message_close(&m);
	close(dir);
}

static void
add_event(struct message *m, char *text)
{
	char *rest = strdup(text), *at = rest, *pair;
	struct record r;

	record_begin(&r, strsep(&at, " "));
	while ((pair = strsep(&at, " ")) != NULL) {
		char *key = strsep(&pair, "=");

		if (pair != NULL)
			record_add(&r, key, decode(pair));
	}
	if (!record_end(&r) || message_append(m, &r) == -1)
		err(EX_USAGE, "%s", text);
	free(rest);
}
