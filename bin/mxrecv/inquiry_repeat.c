/* SPDX-License-Identifier: ISC */
/*
 * What was deferred for its content: by who sends what to whom, before the
 * message comes; by its body, or all of it, when it is here.
 */
#include <sha2.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "decision.h"
#include "inquiry.h"
#include "session.h"

enum {
	KEY_LEN = 1024,
	RCPTS_MOST = 20,       /* of one message are remembered */
	DIGEST_MOST = 4 << 20, /* octets of a part; its size is in too */
	BLOCK = 16 * 1024
};

static void sender_key(struct inquiry *, const struct session *,
    const char *rcpt, char key[KEY_LEN]);
static bool content_key(struct inquiry *, const struct session *,
    enum remembered, char key[KEY_LEN]);
static bool digest_parts(struct inquiry *, const struct session *);
static bool digest(
    int fd, uint64_t at, uint64_t size, char out[DIGEST_LEN + 1]);
static bool is_remembered(struct inquiry *, const struct session *,
    const char *key, char told[TOLD_LEN]);
static bool still_defers(
    struct inquiry *, const struct session *, const char *test);

enum answer
inquiry_repeated(void *ctx, const struct session *s, char told[TOLD_LEN])
{
	struct inquiry *q = ctx;
	char key[KEY_LEN];

	if (disk_state(q->disk) == NULL)
		return ANSWER_UNAVAILABLE;
	if (s->rcpt != NULL) {
		sender_key(q, s, s->rcpt->mailbox, key);
		return is_remembered(q, s, key, told) ? ANSWER_YES : ANSWER_NO;
	}
	for (int i = REMEMBER_BODY; i <= REMEMBER_MESSAGE; i++) {
		if (!content_key(q, s, (enum remembered)i, key))
			return ANSWER_UNAVAILABLE;
		if (is_remembered(q, s, key, told))
			return ANSWER_YES;
	}
	return ANSWER_NO;
}

void
inquiry_remember(
    struct inquiry *q, const struct session *s, const struct noted *n)
{
	struct state_db *state = disk_state(q->disk);
	struct repeat r = {.at = time(NULL)};
	struct rcpt_entry rcpt;
	char key[KEY_LEN];
	size_t at = 0;

	if (state == NULL || state_begin(state) == -1)
		return;
	snprintf(r.test, sizeof r.test, "%s", n->test);
	snprintf(r.reason, sizeof r.reason, "%s", n->reason);
	if (content_key(q, s, n->remember, key))
		repeat_put(state, key, &r);
	for (int i = 0;
	     i < RCPTS_MOST && rcpts_next(&s->mail.rcpts, &at, &rcpt); i++) {
		sender_key(q, s, rcpt.mailbox, key);
		repeat_put(state, key, &r);
	}
	state_commit(state);
}

/* The declared size is in it, so that another message of the same sender is
 * rarely taken for this one. */
static void
sender_key(struct inquiry *q, const struct session *s, const char *rcpt,
    char key[KEY_LEN])
{
	char network[NETWORK_LEN];

	(void)q;
	inquiry_network(&s->client.ip, network);
	snprintf(key, KEY_LEN, "s %s %llu %s %s", network,
	    (unsigned long long)s->mail.params.size, s->mail.sender.mailbox,
	    rcpt);
}

static bool
content_key(struct inquiry *q, const struct session *s, enum remembered what,
    char key[KEY_LEN])
{
	if (inquiry_message(q, s) == -1 || !digest_parts(q, s))
		return false;
	if (what == REMEMBER_BODY)
		snprintf(key, KEY_LEN, "b %s", q->body);
	else
		snprintf(key, KEY_LEN, "m %s %s", q->header, q->body);
	return true;
}

static bool
digest_parts(struct inquiry *q, const struct session *s)
{
	uint64_t header = s->mail.content.header.octets;
	uint64_t body = s->mail.content.octets - header;

	return q->body[0] != '\0' ||
	    (digest(q->message, SPOOL_HEAD, header, q->header) &&
		digest(q->message, SPOOL_HEAD + header, body, q->body));
}

static bool
digest(int fd, uint64_t at, uint64_t size, char out[DIGEST_LEN + 1])
{
	uint64_t end = at + (size < DIGEST_MOST ? size : DIGEST_MOST);
	char block[BLOCK];
	SHA2_CTX sha;

	SHA256Init(&sha);
	SHA256Update(&sha, (const void *)&size, sizeof size);
	while (at < end) {
		size_t want =
		    end - at > sizeof block ? sizeof block : (size_t)(end - at);
		ssize_t n = pread(fd, block, want, (off_t)at);

		if (n <= 0)
			return false;
		SHA256Update(&sha, (const void *)block, (size_t)n);
		at += (uint64_t)n;
	}
	SHA256End(&sha, out);
	return true;
}

static bool
is_remembered(struct inquiry *q, const struct session *s, const char *key,
    char told[TOLD_LEN])
{
	long memory = inquiry_number(q, "repeat_memory", REPEAT_MEMORY);
	time_t now = time(NULL);
	struct repeat r;

	if (repeat_find(disk_state(q->disk), key, &r) != ANSWER_YES ||
	    r.at > now || now - r.at >= memory || !still_defers(q, s, r.test))
		return false;
	strlcpy(told, r.reason, TOLD_LEN);
	told[strcspn(told, ";")] = '\0';
	return true;
}

/* The admin may have changed the verdict since. */
static bool
still_defers(struct inquiry *q, const struct session *s, const char *test)
{
	const char *domain = s->rcpt != NULL ? s->row.name : s->mail.domain;
	struct policy_db *p = disk_policy(q->disk);
	struct verdicts v;

	return p != NULL &&
	    policy_verdicts(p, test, domain, &v) == ANSWER_YES &&
	    v.on_fail >= VERDICT_DEFER;
}
