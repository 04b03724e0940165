/* SPDX-License-Identifier: ISC */
#include "notes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decision.h"
#include "scribe.h"
#include "session.h"

enum { WORDS = 5, STEP = 16 };

static void add(struct notes *, const struct session *, struct note *,
    const char *const words[WORDS]);
static char *join(const char *const words[WORDS]);
typedef int receiver(void *, const struct decision *);
static int tell(
    receiver *, void *, const struct session *, const struct note *);
static int put(void *state, const struct decision *);
static int hand_over(void *scribe, const struct decision *);

void
notes_add(struct notes *ns, const struct session *s, const struct noted *d)
{
	const char *rcpt = d->each && s->rcpt != NULL ? s->rcpt->mailbox : "";
	struct note n = {.test = d->test,
	    .outcome = d->outcome,
	    .verdict = d->verdict,
	    .ms = d->ms};

	add(ns, s, &n,
	    (const char *[]){
		d->reason, s->mail.sender.mailbox, rcpt, s->helo, ""});
}

void
notes_message(
    struct notes *ns, const struct session *s, const struct noted_message *m)
{
	struct note n = {.test = m->what, .outcome = "pass", .verdict = "off"};

	add(ns, s, &n,
	    (const char *[]){
		m->reason, s->mail.sender.mailbox, "", s->helo, m->id});
}

int
notes_write(struct notes *ns, const struct session *s, struct state_db *state)
{
	int result = state_begin(state);

	for (size_t i = 0; result == 0 && i < ns->n; i++)
		result = tell(put, state, s, &ns->note[i]);
	if (state_commit(state) == -1)
		result = -1;
	notes_free(ns);
	return result;
}

int
notes_send(struct notes *ns, const struct session *s, int scribe)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < ns->n; i++)
		result = tell(hand_over, &scribe, s, &ns->note[i]);
	notes_free(ns);
	return result;
}

void
notes_free(struct notes *ns)
{
	for (size_t i = 0; i < ns->n; i++)
		free(ns->note[i].words);
	free(ns->note);
	memset(ns, 0, sizeof *ns);
}

static void
add(struct notes *ns, const struct session *s, struct note *n,
    const char *const words[WORDS])
{
	if (ns->n == ns->room && ns->n < NOTES_MAX) {
		struct note *more =
		    reallocarray(ns->note, ns->room + STEP, sizeof *ns->note);

		if (more != NULL) {
			ns->note = more;
			ns->room += STEP;
		}
	}
	n->at = time(NULL);
	n->serial = s->serial;
	if (ns->n == ns->room || (n->words = join(words)) == NULL)
		ns->left_out++;
	else
		ns->note[ns->n++] = *n;
}

static char *
join(const char *const words[WORDS])
{
	size_t len = 0;
	char *text, *at;

	for (unsigned i = 0; i < WORDS; i++)
		len += strlen(words[i]) + 1;
	if ((text = malloc(len)) == NULL)
		return NULL;
	at = text;
	for (unsigned i = 0; i < WORDS; i++)
		at = stpcpy(at, words[i]) + 1;
	return text;
}

static int
tell(receiver *to, void *ctx, const struct session *s, const struct note *n)
{
	const char *word[WORDS] = {n->words};
	char address[IP_TEXT];

	for (unsigned i = 1; i < WORDS; i++)
		word[i] = word[i - 1] + strlen(word[i - 1]) + 1;
	ip_format(&s->client.ip, address);
	return to(ctx,
	    &(struct decision){.at = n->at,
		.connection = s->id,
		.serial = n->serial,
		.message = word[4],
		.client = address,
		.helo = word[3],
		.sender = word[1],
		.recipient = word[2],
		.test = n->test,
		.outcome = n->outcome,
		.verdict = n->verdict,
		.reason = word[0],
		.ms = n->ms});
}

static int
put(void *state, const struct decision *d)
{
	return decision_put(state, d);
}

static int
hand_over(void *scribe, const struct decision *d)
{
	const int *out = scribe;

	return scribe_put(*out, d);
}
