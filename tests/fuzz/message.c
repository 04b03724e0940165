/* SPDX-License-Identifier: ISC */
/* Spool files: what opens is sound, takes another record, torn tail or not, and
 * is the same when it is opened again. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "calls/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
count(void *ctx, const struct record_view *view)
{
	assert(view->type != NULL && view->fields != NULL);
	++*(size_t *)ctx;
	return 0;
}

static void
sane(const struct message *m)
{
	const struct envelope *e = m->envelope;

	assert(envelope_is_whole(e));
	assert(m->length <= m->size && m->journal_end <= m->size);
	assert(m->journal_end > SPOOL_HEAD + m->length);
	assert(cuts_end(&e->cuts) <= m->length);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct message m;
	size_t before = 0, after = 0, nrcpt;
	unsigned attempts;
	struct record r;

	if (file_open(&m, data, size) != MESSAGE_OK)
		return 0;
	sane(&m);
	assert(message_records(&m, count, &before) == 0 && before >= 2);
	assert(event_try(&r, 1800000000, "host.test", "451 4.3.0 wait"));
	assert(message_append(&m, &r) == 0);
	attempts = m.envelope->attempts;
	nrcpt = m.envelope->nrcpt;
	message_close(&m);
	assert(file_again(&m) == MESSAGE_OK);
	sane(&m);
	assert(m.journal_end == m.size && m.envelope->nrcpt == nrcpt);
	assert(m.envelope->attempts == attempts);
	assert(message_records(&m, count, &after) == 0);
	assert(after == before + 1);
	message_close(&m);
	return 0;
}
