/* SPDX-License-Identifier: ISC */
/* A datagram is a row: struct head, then its words, NUL after each: those of a
 * decision, or the domain for which a message came. */
#include "scribe.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sysexits.h>
#include <unistd.h>

#include "log.h"
#include "usage.h"
#include "wire.h"

enum {
	WORDS = 10,
	ARRIVAL_WORDS = 1,
	ROW = 4096,
	BATCH = 256 * 1024,
	WAIT_SECONDS = 2,
	NAP_MS = 5 /* between looks: rows come in crowds */
};

struct head {
	time_t at;
	long ms;
	unsigned serial;
	unsigned size; /* of the row, this head included */
	unsigned words;
	uint64_t octets; /* of a message */
};

struct batch {
	unsigned rows;
	size_t len;
	char octets[BATCH];
};

static int post(int out, struct head *, const char *const word[]);
static bool collect(int in, struct batch *);
static bool is_sound(const char *row, size_t n);
static void keep(const struct conf *, const struct batch *, struct state_db **);
static int put(struct state_db *, const char *row);
static int put_decision(
    struct state_db *, const struct head *, const char *words);

int
scribe_socket(int ends[2])
{
	static const struct timeval wait = {.tv_sec = WAIT_SECONDS};

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1)
		return -1;
	setsockopt(ends[1], SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
	return 0;
}

int
scribe_run(const struct conf *conf, int in)
{
	struct batch *b = malloc(sizeof *b);
	struct state_db *state = NULL;
	bool more = true;

	if (b == NULL)
		return EX_OSERR;
	while (more) {
		more = collect(in, b);
		if (b->rows > 0)
			keep(conf, b, &state);
	}
	state_db_close(state);
	free(b);
	return EX_OK;
}

int
scribe_put(int out, const struct decision *d)
{
	const char *const word[WORDS] = {d->connection, d->message, d->client,
	    d->helo, d->sender, d->recipient, d->test, d->outcome, d->verdict,
	    d->reason};
	struct head head = {
	    .at = d->at, .ms = d->ms, .serial = d->serial, .words = WORDS};

	return post(out, &head, word);
}

int
scribe_arrival(int out, const char *domain, uint64_t octets, time_t at)
{
	struct head head = {.at = at, .octets = octets, .words = ARRIVAL_WORDS};

	return post(out, &head, &domain);
}

static int
post(int out, struct head *head, const char *const word[])
{
	char row[ROW];

	head->size = sizeof *head;
	for (unsigned i = 0; i < head->words; i++) {
		size_t n = strlen(word[i]) + 1;

		if (n > sizeof row - head->size)
			return -1;
		memcpy(row + head->size, word[i], n);
		head->size += (unsigned)n;
	}
	memcpy(row, head, sizeof *head);
	return send(out, row, head->size, MSG_NOSIGNAL) == -1 ? -1 : 0;
}

/* Rows of SCRIBE_MS from the first on.  False: nobody is left to send any. */
static bool
collect(int in, struct batch *b)
{
	int64_t until = 0;

	b->rows = 0;
	b->len = 0;
	while (b->rows < SCRIBE_ROWS && b->len + ROW <= BATCH) {
		ssize_t n = recv(in, b->octets + b->len, ROW,
		    b->rows == 0 ? 0 : MSG_DONTWAIT);

		if (n == -1 && errno == EAGAIN) {
			if (wire_now() >= until)
				break;
			poll(NULL, 0, NAP_MS);
			continue;
		}
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		if (!is_sound(b->octets + b->len, (size_t)n))
			continue;
		if (b->rows++ == 0)
			until = wire_now() + SCRIBE_MS;
		b->len += (size_t)n;
	}
	return true;
}

static bool
is_sound(const char *row, size_t n)
{
	struct head head;
	unsigned words = 0;

	if (n <= sizeof head)
		return false;
	memcpy(&head, row, sizeof head);
	for (size_t i = sizeof head; i < n; i++)
		words += row[i] == '\0';
	return head.size == n && words == head.words &&
	    (words == WORDS || words == ARRIVAL_WORDS) && row[n - 1] == '\0';
}

/* Anyone may have deleted it meanwhile. */
static void
keep(const struct conf *conf, const struct batch *b, struct state_db **kept)
{
	char err[DB_ERROR], lost[16];
	struct state_db *state = state_db_again(*kept, conf->state, err);
	int result = state == NULL ? -1 : state_begin(state);

	for (size_t at = 0; result == 0 && at < b->len;) {
		struct head head;

		memcpy(&head, b->octets + at, sizeof head);
		result = put(state, b->octets + at);
		at += head.size;
	}
	if (state != NULL && state_commit(state) == -1)
		result = -1;
	*kept = state;
	if (result == 0)
		return;
	state_db_close(state);
	*kept = NULL;
	snprintf(lost, sizeof lost, "%u", b->rows);
	log_event(LOG_L_ERROR, "decisions-lost", "rows", lost, "error",
	    state == NULL ? err : NULL, NULL);
}

static int
put(struct state_db *state, const char *row)
{
	const char *words = row + sizeof(struct head);
	struct head head;

	memcpy(&head, row, sizeof head);
	return head.words == WORDS
	    ? put_decision(state, &head, words)
	    : usage_add(state, words, head.octets, head.at);
}

static int
put_decision(struct state_db *state, const struct head *head, const char *words)
{
	const char *word[WORDS] = {words};

	for (unsigned i = 1; i < WORDS; i++)
		word[i] = word[i - 1] + strlen(word[i - 1]) + 1;
	return decision_put(state,
	    &(struct decision){head->at, word[0], word[1], word[2], word[3],
		word[4], word[5], word[6], word[7], word[8], word[9], head->ms,
		head->serial});
}
