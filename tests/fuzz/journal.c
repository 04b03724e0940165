/* SPDX-License-Identifier: ISC */
/*
 * The journal: each line of the input is first read as it is, then with a
 * checksum that is right.  Whatever is applied, the envelope stays sound, and
 * a whole one comes back the same when it is written and read again.
 */
#include "envelope.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int
apply_line(void *ctx, const char *line, size_t n)
{
	char copy[RECORD_LEN + 1];
	struct record_view view;

	memcpy(copy, line, n);
	assert(record_parse(copy, n - 1, &view));
	return envelope_apply(ctx, &view);
}

static void
round_trip(const struct envelope *e)
{
	struct envelope *back = envelope_new();

	if (envelope_emit(e, apply_line, back) == 0) {
		assert(envelope_is_whole(back));
		assert(back->nrcpt == e->nrcpt && back->arrived == e->arrived);
		assert(strcmp(back->sender, e->sender) == 0);
		assert(strcmp(back->trace, e->trace) == 0);
		for (size_t i = 0; i < e->nrcpt; i++)
			assert(strcmp(back->rcpt[i].mailbox,
				   e->rcpt[i].mailbox) == 0);
	}
	envelope_free(back);
}

static void
feed(struct envelope *e, const char *line, size_t n)
{
	char copy[RECORD_LEN + 1];
	struct record_view view;
	struct record r;

	if (n + 10 >= RECORD_LEN)
		return;
	memcpy(copy, line, n);
	if (record_parse(copy, n, &view))
		envelope_apply(e, &view);
	record_begin(&r, "");
	memcpy(r.line + r.len, line, n);
	r.len += n;
	if (record_end(&r) && record_parse(r.line, r.len - 1, &view))
		envelope_apply(e, &view);
}

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;
	struct envelope *e = envelope_new();
	size_t states = 0;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((newline == NULL ? end : newline) - at);

		feed(e, at, n);
		at += newline == NULL ? n : n + 1;
	}
	for (enum rcpt_state s = RCPT_WAITING; s <= RCPT_CLOSED; s++)
		states += envelope_count(e, s);
	assert(states == e->nrcpt);
	if (envelope_is_whole(e))
		round_trip(e);
	envelope_free(e);
	return 0;
}
