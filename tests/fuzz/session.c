/* SPDX-License-Identifier: ISC */
/*
 * The whole dialogue in process: input becomes lines and message octets as
 * serve.c would cut them.  Whatever comes, each line gets a sound reply, no
 * message is kept that was refused, and no more than one transaction is open.
 */
#include "../../bin/mxrecv/session.h"

#include <assert.h>
#include <string.h>

struct memory {
	unsigned begun, commits, accepted;
};

static enum answer
domain(void *ctx, const char *name, struct domain_row *row)
{
	(void)ctx;
	strlcpy(row->name, name, sizeof row->name);
	return strstr(name, "e") != NULL ? ANSWER_YES : ANSWER_NO;
}

static enum answer
verdicts(void *ctx, const char *test, const char *name, struct verdicts *out)
{
	(void)ctx;
	(void)test;
	(void)name;
	(void)out;
	return ANSWER_NO;
}

static bool
offers_tls(void *ctx)
{
	(void)ctx;
	return true;
}

static bool
has_room(void *ctx, uint64_t octets)
{
	(void)ctx;
	return octets < (uint64_t)1 << 31;
}

static int
begin(void *ctx)
{
	struct memory *m = ctx;

	assert(m->begun == 0);
	m->begun = 1;
	return 0;
}

static int
write_octets(void *ctx, const char *octets, size_t n)
{
	struct memory *m = ctx;

	assert(m->begun == 1 && n > 0);
	assert(memchr(octets, '\0', n) == NULL);
	return 0;
}

static bool
commit(void *ctx, const struct session *s, char *receipt)
{
	struct memory *m = ctx;

	assert(m->begun == 1 && s->mail.rcpts.n > 0);
	m->begun = 0;
	m->commits++;
	strlcpy(receipt, "x", RECEIPT_TEXT);
	return true;
}

static void
drop(void *ctx)
{
	((struct memory *)ctx)->begun = 0;
}

static enum etrn_outcome
etrn(void *ctx, const char *name, bool below, long *count)
{
	(void)ctx;
	(void)name;
	*count = 1;
	return below ? ETRN_STARTED : ETRN_NONE;
}

static void
check_reply(struct memory *m, const struct reply *r)
{
	char out[4096];
	size_t n = reply_format(r, out, sizeof out);

	assert(r->code >= 200 && r->code < 600 && n > 5);
	assert(memcmp(out + n - 2, "\r\n", 2) == 0);
	if (strncmp(r->text, "Queued as ", 10) == 0)
		m->accepted++;
	assert(m->accepted == m->commits);
}

/* What follows DATA or BDAT; returns the octets that were used. */
static size_t
content(struct session *s, enum next next, const char *in, size_t n,
    struct reply *r)
{
	bool ended = false;
	size_t used = n;

	if (next == NEXT_DATA) {
		used = session_data(s, in, n, &ended);
	} else {
		used = n < s->chunk ? n : (size_t)s->chunk;
		if (used > 0)
			session_chunk(s, in, used);
		ended = s->chunk == 0;
	}
	r->code = 0;
	if (ended && next == NEXT_DATA)
		session_data_end(s, r);
	else if (ended)
		session_chunk_end(s, r);
	return used;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct conf conf = {
	    .hostname = "backup.test", .max_message_size = 100000};
	struct memory m = {0, 0, 0};
	const struct store store = {&m, domain, verdicts, offers_tls, has_room,
	    begin, write_octets, commit, drop, etrn};
	const char *at = (const char *)data, *end = at + size;
	struct session s;
	struct reply r;

	session_init(&s, &conf, &store);
	ip_parse(&s.client.ip, "192.0.2.1", 9);
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;
		size_t n = (size_t)(stop - at);
		enum next next;

		if (n > 0 && at[n - 1] == '\r')
			n--;
		next =
		    session_line(&s, at, n > COMMAND_LEN ? COMMAND_LEN : n, &r);
		at = newline ? newline + 1 : end;
		if (next == NEXT_STARTTLS) {
			assert(!s.tls.up && r.code == 0);
			s.tls.up = true;
			session_secured(&s);
			assert(s.phase == PHASE_CONNECTED && *s.helo == '\0');
			continue;
		}
		if (next != NEXT_CHUNK)
			check_reply(&m, &r);
		if (next == NEXT_CLOSE)
			break;
		if (next == NEXT_LINE)
			continue;
		at += content(&s, next, at, (size_t)(end - at), &r);
		if (r.code == 0)
			break;
		check_reply(&m, &r);
	}
	session_end(&s);
	return 0;
}
