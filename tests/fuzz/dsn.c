/* SPDX-License-Identifier: ISC */
/*
 * Delivery status notifications of a spool file, whatever is in its envelope,
 * its events and the message: 7 bits and short lines, one set of header fields,
 * and the boundaries that are ours.
 */
#include "../../bin/mxrun/dsn.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "calls/file.h"
#include "path.h"

enum { LINE_MOST = 998, FIELDS = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* As mxrun: to nobody else is one written. */
static bool
has_target(const struct envelope *e)
{
	struct path to;

	return path_parse_mailbox(e->sender, strlen(e->sender), &to) == PATH_OK;
}

/* Others would make longer lines. */
static bool
are_mailboxes(const struct envelope *e)
{
	struct path p;

	for (size_t i = 0; i < e->nrcpt; i++) {
		const char *s = e->rcpt[i].mailbox;

		if (path_parse_mailbox(s, strlen(s), &p) != PATH_OK)
			return false;
	}
	return true;
}

/* Up to what is quoted every octet is printable; the sender may be UTF-8. */
static void
check(const char *s, size_t n, size_t most)
{
	size_t parts = 0, fields = 0;
	bool head = true;

	for (const char *end = s + n; s < end;) {
		bool to = head && strncmp(s, "To: <", 5) == 0;
		const char *stop = memchr(s, '\n', (size_t)(end - s));
		size_t len;

		assert(stop != NULL && stop > s && stop[-1] == '\r');
		len = (size_t)(stop - s) - 1;
		parts += len >= 4 && memcmp(s, "--id", 4) == 0;
		if (parts >= 3)
			return;
		assert(len <= most);
		for (size_t i = 0; i < len; i++)
			assert((s[i] >= ' ' && s[i] <= '~') || s[i] == '\t' ||
			    (to && (s[i] & 0x80) != 0));
		head = head && len > 0;
		fields += head && *s != '\t';
		s = stop + 1;
	}
	assert(fields == FIELDS);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct conf conf = {
	    .hostname = "backup.test", .bounce_after = 2678400};
	static struct message m;
	static struct draft d;

	if (file_open(&m, data, size) != MESSAGE_OK)
		return 0;
	for (int i = DSN_FAILED; i <= DSN_RELAYED; i++) {
		enum dsn_action action = (enum dsn_action)i;

		d.fd = -1; /* what does not fit its buffer is an error */
		d.length = d.written = d.buffered = 0;
		if (dsn_is_wanted(m.envelope, action) &&
		    has_target(m.envelope) &&
		    dsn_write(&d, &conf, &m, "id", action) == 0)
			check(d.buffer, d.buffered,
			    are_mailboxes(m.envelope) ? LINE_MOST : SIZE_MAX);
	}
	message_close(&m);
	return 0;
}
