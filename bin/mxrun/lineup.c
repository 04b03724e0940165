/* SPDX-License-Identifier: ISC */
#include "lineup.h"

#include <stdlib.h>
#include <string.h>

#include "spool.h"

enum { LINEUP = 500 }; /* so many at a time: none is kept back for long */

struct place {
	struct due_entry entry;
	uint64_t client;
	size_t first; /* of its client's messages */
};

static uint64_t client_of(int dir, const char *name);
static uint64_t hash(uint64_t, const char *);
static int compare(const void *, const void *);

void
lineup_begin(struct lineup *l, const struct due *d, int dir)
{
	l->end = 0;
	l->client = d->n > 0 ? client_of(dir, d->entry[0].name) : 0;
}

void
lineup_sort(struct lineup *l, struct due *d, size_t at, int dir)
{
	size_t n = d->n - at < LINEUP ? d->n - at : LINEUP;
	struct place *p = calloc(n + 1, sizeof *p);

	l->end = at + n;
	if (p == NULL)
		return; /* in the order they have */
	p[0].client = l->client;
	for (size_t i = 1; i <= n; i++) {
		p[i].entry = d->entry[at + i - 1];
		p[i].client = client_of(dir, p[i].entry.name);
		while (p[p[i].first].client != p[i].client)
			p[i].first++;
	}
	qsort(p + 1, n, sizeof *p, compare);
	for (size_t i = 1; i <= n; i++)
		d->entry[at + i - 1] = p[i].entry;
	l->client = p[n].client;
	free(p);
}

/* A number for a client; that two may share one costs no more than a
 * command. */
static uint64_t
client_of(int dir, const char *name)
{
	uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */
	struct message m;

	if (message_open(&m, dir, name, MESSAGE_READ) != MESSAGE_OK)
		return 0;
	h = hash(h, m.envelope->client);
	h = hash(h, m.envelope->client_name);
	h = hash(h, m.envelope->helo);
	h = hash(h, m.envelope->proto);
	message_close(&m);
	return h;
}

static uint64_t
hash(uint64_t h, const char *s)
{
	do
		h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	while (*s++ != '\0');
	return h;
}

static int
compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->entry.large != y->entry.large)
		return x->entry.large ? 1 : -1;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return strcmp(
	    x->entry.name, y->entry.name); /* names are in order of arrival */
}
