/* SPDX-License-Identifier: ISC */
/* The dialogue without a socket: lines in, replies out, a store in memory. */
#ifndef DIALOGUE_H
#define DIALOGUE_H

#include "../../bin/mxrecv/session.h"

#include <errno.h>
#include <stdlib.h>

#include "tap.h"

struct memory { /* the store, and what it is to do */
	char octets[4096];
	size_t len;
	unsigned commits, drops;
	bool tls, full, no_policy, no_domain, cannot_begin, cannot_store;
	int error; /* of storing, and of WRITES octets, when they are there */
	size_t writes;
	long waiting;
	enum etrn_outcome etrn;
	char mailboxes[1024];
};

static struct conf conf;
static struct memory memory;
static struct store store;
static struct session session;

static enum answer
domain(void *ctx, const char *name, struct domain_row *row)
{
	struct memory *m = ctx;

	if (m->no_policy)
		return ANSWER_UNAVAILABLE;
	if (m->no_domain)
		return ANSWER_NO;
	if (*name == '\0')
		name = "example.com";
	strlcpy(row->name, name, sizeof row->name);
	return strcmp(name, "example.com") == 0 ||
		strcmp(name, "xn--bcher-kva.example") == 0 ||
		strcmp(name, "backup.test") == 0 ||
		strstr(name, ".many.example") != NULL
	    ? ANSWER_YES
	    : ANSWER_NO;
}

static enum answer
verdicts(void *ctx, const char *test, const char *name, struct verdicts *out)
{
	bool own = strcmp(test, "spam") == 0 && name != NULL &&
	    strcmp(name, "own.many.example") == 0;

	(void)ctx;
	if (strcmp(test, "helo") != 0 && !own && session.oracle == NULL)
		return ANSWER_NO;
	*out = (struct verdicts){
	    session.oracle == NULL ? VERDICT_DENY : VERDICT_OFF, VERDICT_OFF};
	return ANSWER_YES;
}

static bool
offers_tls(void *ctx)
{
	return ((struct memory *)ctx)->tls;
}

static bool
has_room(void *ctx, uint64_t octets)
{
	(void)octets;
	return !((struct memory *)ctx)->full;
}

static int
begin(void *ctx)
{
	struct memory *m = ctx;

	m->len = 0;
	if (!m->cannot_begin)
		return 0;
	errno = m->error;
	return -1;
}

static int
write_octets(void *ctx, const char *octets, size_t n)
{
	struct memory *m = ctx;

	if (m->writes != 0 && m->len + n >= m->writes) {
		errno = m->error;
		return -1;
	}
	for (size_t i = 0; i < n && m->len < sizeof m->octets; i++)
		m->octets[m->len++] = octets[i];
	return 0;
}

static bool
commit(void *ctx, const struct session *s, char *receipt)
{
	struct memory *m = ctx;
	struct rcpt_entry e;
	size_t at = 0;

	if (m->cannot_store) {
		errno = m->error != 0 ? m->error : ENOSPC;
		return false;
	}
	m->commits++;
	m->mailboxes[0] = '\0';
	while (rcpts_next(&s->mail.rcpts, &at, &e)) {
		strlcat(m->mailboxes, e.mailbox, sizeof m->mailboxes);
		strlcat(m->mailboxes, " ", sizeof m->mailboxes);
	}
	strlcpy(receipt, "x", RECEIPT_TEXT);
	return true;
}

static void
drop(void *ctx)
{
	((struct memory *)ctx)->drops++;
}

static enum etrn_outcome
etrn(void *ctx, const char *name, bool below, long *count)
{
	struct memory *m = ctx;

	(void)name;
	(void)below;
	*count = m->waiting;
	return m->etrn;
}

static void
fresh(void)
{
	session_end(&session);
	memset(&memory, 0, sizeof memory);
	session_init(&session, &conf, &store);
	ip_parse(&session.client.ip, "192.0.2.1", 9);
}

/* One line; the code of the reply, its text in R. */
static struct reply r;
static enum next next;

static int
line(const char *s)
{
	next = session_line(&session, s, strlen(s), &r);
	return r.code;
}

__attribute__((unused)) static void
expect(const char *s, int code, const char *enhanced)
{
	char name[200];

	line(s);
	snprintf(name, sizeof name, "%.120s -> %d %s", s, code, enhanced);
	if (!ok(r.code == code && strcmp(r.enhanced, enhanced) == 0, "%s",
		name))
		printf("# got %d %s %s\n", r.code, r.enhanced, r.text);
}

static void
hello(void)
{
	fresh();
	line("EHLO client.example.org");
}

__attribute__((unused)) static void
to_rcpt(void)
{
	hello();
	line("MAIL FROM:<a@example.org>");
	line("RCPT TO:<b@example.com>");
}

__attribute__((unused)) static void
data(const char *octets, size_t n)
{
	bool ended;
	size_t used;

	line("DATA");
	used = session_data(&session, octets, n, &ended);
	ok(used == n && ended, "the data ended where it ends");
	session_data_end(&session, &r);
}

__attribute__((unused)) static void
chunk(const char *command, const char *octets, int code)
{
	line(command);
	if (next == NEXT_CHUNK) {
		if (session.chunk > 0)
			session_chunk(&session, octets, strlen(octets));
		session_chunk_end(&session, &r);
	}
	is_int(r.code, code, command);
}

static bool
begin_dialogue(void)
{
	if (freopen("/dev/null", "w", stderr) == NULL) /* the log */
		return false;
	strlcpy(conf.hostname, "backup.test", sizeof conf.hostname);
	conf.max_message_size = MESSAGE_SIZE;
	store = (struct store){&memory, domain, verdicts, offers_tls, has_room,
	    begin, write_octets, commit, drop, etrn};
	session_init(&session, &conf, &store);
	return true;
}

#endif
