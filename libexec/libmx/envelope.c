/* SPDX-License-Identifier: ISC */
/* The envelope in memory: strings it owns, recipients, and their states. */
#include "envelope.h"

#include <stdlib.h>
#include <string.h>

static char **const *string_members(struct envelope *, char **list[]);

enum { STRINGS = 13 };

struct envelope *
envelope_new(void)
{
	struct envelope *e = calloc(1, sizeof *e);
	char **list[STRINGS];
	char **const *member;

	if (e == NULL)
		return NULL;
	member = string_members(e, list);
	for (size_t i = 0; i < STRINGS; i++) {
		if ((*member[i] = strdup("")) == NULL) {
			envelope_free(e);
			return NULL;
		}
	}
	return e;
}

void
envelope_free(struct envelope *e)
{
	char **list[STRINGS];
	char **const *member;

	if (e == NULL)
		return;
	member = string_members(e, list);
	for (size_t i = 0; i < STRINGS; i++)
		free(*member[i]);
	for (size_t i = 0; i < e->nrcpt; i++) {
		free(e->rcpt[i].mailbox);
		free(e->rcpt[i].orcpt);
		free(e->rcpt[i].host);
		free(e->rcpt[i].reply);
	}
	free(e->rcpt);
	free(e);
}

int
envelope_set(char **member, const char *value)
{
	char *copy = strdup(value);

	if (copy == NULL)
		return -1;
	free(*member);
	*member = copy;
	return 0;
}

int
envelope_add_rcpt(
    struct envelope *e, const char *mailbox, unsigned notify, const char *orcpt)
{
	struct rcpt *r;

	if ((e->nrcpt & (e->nrcpt - 1)) == 0) { /* full at powers of two */
		size_t room = e->nrcpt == 0 ? 1 : e->nrcpt * 2;

		r = reallocarray(e->rcpt, room, sizeof *r);
		if (r == NULL)
			return -1;
		e->rcpt = r;
	}
	r = &e->rcpt[e->nrcpt];
	*r = (struct rcpt){.notify = notify,
	    .mailbox = strdup(mailbox),
	    .orcpt = strdup(orcpt),
	    .host = strdup(""),
	    .reply = strdup("")};
	if (!r->mailbox || !r->orcpt || !r->host || !r->reply) {
		free(r->mailbox);
		free(r->orcpt);
		free(r->host);
		free(r->reply);
		return -1;
	}
	e->nrcpt++;
	return 0;
}

const char *
envelope_tls_name(enum envelope_tls tls)
{
	static const char *const name[] = {NULL, "required", "optional"};

	return name[tls];
}

size_t
envelope_count(const struct envelope *e, enum rcpt_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < e->nrcpt; i++)
		n += e->rcpt[i].state == state;
	return n;
}

/* Every string that the envelope owns, in one place. */
static char **const *
string_members(struct envelope *e, char **list[])
{
	char **const all[STRINGS] = {&e->sender, &e->envid, &e->client,
	    &e->client_name, &e->helo, &e->proto, &e->trace, &e->verified,
	    &e->about_domain, &e->about_id, &e->held_why, &e->last_host,
	    &e->last_reply};

	memcpy(list, all, sizeof all);
	return list;
}
