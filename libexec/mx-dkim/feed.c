/* SPDX-License-Identifier: ISC */
#include "feed.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "msgfile.h"
#include "wire.h"

static void push_field(const char *, size_t, const struct eaters *);
static int push_body(
    struct msgfile *, const struct eaters *, int64_t, bool *whole);

int
feed_message(
    const struct eaters *to, const struct dkim_request *r, int64_t deadline)
{
	struct msgfile *m = malloc(sizeof *m);
	bool whole = true, signed_, chained;
	const char *field;
	int result;
	size_t n;

	if (m == NULL)
		return -1;
	if ((result = msgfile_begin(m, r->fd, r->offset, r->size)) == 0) {
		while (msgfile_field(m, &field, &n))
			push_field(field, n, to);
		signed_ = verify_header_end(to->verify);
		chained = chain_header_end(to->chain);
		if (signed_ || chained)
			result = push_body(m, to, deadline, &whole);
		verify_end(to->verify, whole && result == 0);
		chain_end(to->chain, whole && result == 0);
	}
	free(m);
	return result;
}

static void
push_field(const char *field, size_t n, const struct eaters *to)
{
	const char *colon = memchr(field, ':', n);
	size_t name = colon == NULL ? 0 : (size_t)(colon - field);

	while (name > 0 && (field[name - 1] == ' ' || field[name - 1] == '\t'))
		name--;
	if (name == 4 && strncasecmp(field, "from", 4) == 0)
		from_add(to->from, colon + 1, n - (size_t)(colon + 1 - field));
	verify_field(to->verify, field, n);
	chain_field(to->chain, field, n);
}

static int
push_body(
    struct msgfile *m, const struct eaters *to, int64_t deadline, bool *whole)
{
	const char *octets;
	ssize_t n;

	while ((n = msgfile_body(m, &octets)) > 0) {
		verify_body(to->verify, octets, (size_t)n);
		chain_body(to->chain, octets, (size_t)n);
		if (wire_now() >= deadline) {
			*whole = false;
			return 0;
		}
	}
	return n == -1 ? -1 : 0;
}
