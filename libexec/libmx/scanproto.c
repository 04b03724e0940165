/* SPDX-License-Identifier: ISC */
#include "scanproto.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "wire.h"

enum { SEND_MS = 10000, NUMBER = 32, DEADLINE_MAX = 3600 * 1000 };

static const char *const what_name[] = {"malware", "spam"};
static const char *const result_name[] = {"clean", "found", "toobig", "failed"};

static bool set_score(void *, const char *);

static const struct key request_keys[] = {
    KEY("what", KEY_ONE_OF, struct scan_asked, what, .names = what_name,
	.most = SCAN_SPAM),
    KEY("socket", KEY_OCTETS, struct scan_asked, socket, .must = true),
    KEY("offset", KEY_NUMBER, struct scan_asked, offset),
    KEY("size", KEY_NUMBER, struct scan_asked, size),
    KEY("deadline_ms", KEY_MS, struct scan_asked, deadline_ms,
	.most = DEADLINE_MAX),
    KEY("trace", KEY_MORE, struct scan_asked, trace),
    KEYS_END,
};

static const struct key answer_keys[] = {
    KEY("result", KEY_ONE_OF, struct scan_answer, result, .names = result_name,
	.most = SCAN_FAILED),
    KEY("name", KEY_CUT, struct scan_answer, name),
    KEY("score", KEY_SET, struct scan_answer, score, .set = set_score),
    KEY("threshold", KEY_SET, struct scan_answer, threshold, .set = set_score),
    KEY("reason", KEY_CUT, struct scan_answer, reason),
    KEYS_END,
};

int
scan_start(const char *libexec, const struct scan_request *r, struct helper *h)
{
	struct pairs p;

	if (helper_start(h, libexec, "mx-scan", r->fd) == -1)
		return -1;
	pairs_init(&p);
	pairs_add(&p, "what", what_name[r->what]);
	pairs_add(&p, "socket", r->socket);
	pairs_add_number(&p, "offset", r->offset);
	pairs_add_number(&p, "size", r->size);
	pairs_add_number(&p, "deadline_ms", r->deadline_ms);
	if (r->trace != NULL)
		pairs_add_long(&p, "trace", r->trace);
	return helper_ask(h, &p, wire_now() + SEND_MS);
}

void
scan_finish(struct helper *h, int64_t deadline, struct scan_answer *a)
{
	helper_end(h, scan_read_answer(&h->in, deadline, a) == 0);
}

int
scan_read_answer(struct pairs_in *in, int64_t deadline, struct scan_answer *a)
{
	struct keys k = {.all = answer_keys, .whole = a};

	*a = (struct scan_answer){.result = SCAN_FAILED};
	if (keys_read_answer(&k, in, deadline) == 0)
		return 0;
	*a = (struct scan_answer){.result = SCAN_FAILED};
	snprintf(a->reason, sizeof a->reason, "mx-scan: %s",
	    errno == EPROTO ? "no answer" : strerror(errno));
	return -1;
}

int
scan_read(int in, struct scan_asked *r)
{
	*r = (struct scan_asked){.deadline_ms = SCAN_DEADLINE_MS};
	return keys_read_request(in, request_keys, r);
}

int
scan_write(int out, const struct scan_answer *a)
{
	char number[NUMBER];
	struct pairs p;

	pairs_init(&p);
	pairs_add(&p, "result", result_name[a->result]);
	pairs_add(&p, "name", a->name);
	snprintf(number, sizeof number, "%.1f", a->score);
	pairs_add(&p, "score", number);
	snprintf(number, sizeof number, "%.1f", a->threshold);
	pairs_add(&p, "threshold", number);
	pairs_add(&p, "reason", a->reason);
	return pairs_send(&p, out, -1, wire_now() + SEND_MS);
}

static bool
set_score(void *score, const char *value)
{
	double *out = score;
	char *end;

	*out = strtod(value, &end);
	return end != value && *end == '\0' && isfinite(*out);
}
