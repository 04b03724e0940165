/* SPDX-License-Identifier: ISC */
/*
 * Recipients, packed: group (2 octets), notify (1), length of the local part
 * (2), mailbox NUL, orcpt NUL.
 */
#include "rcpts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 5 };

static enum rcpts_status find(
    const struct rcpts *, const struct path *, unsigned *group);
static bool make_room(struct rcpts *, size_t);

enum rcpts_status
rcpts_add(struct rcpts *r, const struct path *p, const struct rcpt_params *prm)
{
	size_t mailbox = strlen(p->mailbox) + 1;
	size_t orcpt = strlen(prm->orcpt) + 1;
	enum rcpts_status status;
	unsigned group;
	char *at;

	if ((status = find(r, p, &group)) != RCPTS_ADDED)
		return status;
	if (!make_room(r, HEAD + mailbox + orcpt))
		return RCPTS_NOMEM;
	at = r->octets + r->len;
	at[0] = (char)(group >> 8);
	at[1] = (char)group;
	at[2] = (char)prm->notify;
	at[3] = (char)(p->local_len >> 8);
	at[4] = (char)p->local_len;
	memcpy(at + HEAD, p->mailbox, mailbox);
	memcpy(at + HEAD + mailbox, prm->orcpt, orcpt);
	r->len += HEAD + mailbox + orcpt;
	r->n++;
	if (group == r->domains)
		r->domains++;
	return RCPTS_ADDED;
}

bool
rcpts_next(const struct rcpts *r, size_t *at, struct rcpt_entry *e)
{
	const unsigned char *head;

	if (*at == r->len)
		return false;
	head = (const unsigned char *)r->octets + *at;
	e->group = (unsigned)head[0] << 8 | head[1];
	e->notify = head[2];
	e->mailbox = (const char *)head + HEAD;
	e->domain = e->mailbox + ((size_t)head[3] << 8 | head[4]) + 1;
	e->orcpt = e->mailbox + strlen(e->mailbox) + 1;
	*at = (size_t)(e->orcpt + strlen(e->orcpt) + 1 - r->octets);
	return true;
}

void
rcpts_free(struct rcpts *r)
{
	free(r->octets);
	memset(r, 0, sizeof *r);
}

/* Looks for the mailbox, and for its domain's group. */
static enum rcpts_status
find(const struct rcpts *r, const struct path *p, unsigned *group)
{
	const char *domain = path_domain(p);
	struct rcpt_entry e;
	size_t at = 0;

	*group = r->domains;
	while (rcpts_next(r, &at, &e)) {
		if (strcmp(e.mailbox, p->mailbox) == 0)
			return RCPTS_KNOWN;
		if (strcmp(e.domain, domain) == 0)
			*group = e.group;
	}
	if (r->n == RECIPIENTS || *group == RECIPIENT_DOMAINS)
		return RCPTS_FULL;
	return RCPTS_ADDED;
}

static bool
make_room(struct rcpts *r, size_t more)
{
	size_t room = r->room == 0 ? 1024 : r->room;
	char *octets;

	while (room < r->len + more)
		room *= 2;
	if (room == r->room)
		return true;
	if ((octets = realloc(r->octets, room)) == NULL)
		return false;
	r->octets = octets;
	r->room = room;
	return true;
}
