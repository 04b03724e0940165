/* SPDX-License-Identifier: ISC */
#include "scanproto.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

enum { SEND_MS = 10000, PIECE = 2000, NUMBER = 32 };

static const char *const result_name[] = {"clean", "found", "toobig", "failed"};

static bool set_asked(struct scan_asked *, const char *, const char *);
static bool set_answer(struct scan_answer *, const char *, const char *);
static bool set_score(double *, const char *);
static bool set_number(uint64_t *, const char *, uint64_t most);
static void clean(char *);

int
scan_start(const char *libexec, const struct scan_request *r, struct helper *h)
{
	const char *trace = r->trace != NULL ? r->trace : "";
	struct pairs p;
	int saved;

	if (helper_start(h, libexec, "mx-scan", r->fd) == -1)
		return -1;
	pairs_init(&p);
	pairs_add(&p, "what", r->what == SCAN_SPAM ? "spam" : "malware");
	pairs_add(&p, "socket", r->socket);
	pairs_add_number(&p, "offset", r->offset);
	pairs_add_number(&p, "size", r->size);
	pairs_add_number(&p, "deadline_ms", r->deadline_ms);
	for (size_t n; (n = strnlen(trace, PIECE)) > 0; trace += n)
		pairs_add_octets(&p, "trace", trace, n);
	if (pairs_send(&p, h->fd, -1, wire_now() + SEND_MS) == 0)
		return 0;
	saved = errno;
	helper_end(h, false);
	errno = saved;
	return -1;
}

void
scan_finish(struct helper *h, int64_t deadline, struct scan_answer *a)
{
	enum pairs_status status;
	const char *key;
	char *value;
	bool good = true;

	*a = (struct scan_answer){.result = SCAN_FAILED};
	while (good &&
	    (status = pairs_next(&h->in, deadline, &key, &value)) == PAIRS_PAIR)
		good = set_answer(a, key, value);
	helper_end(h, good && status == PAIRS_END);
	if (good && status == PAIRS_END)
		return;
	*a = (struct scan_answer){.result = SCAN_FAILED};
	snprintf(a->reason, sizeof a->reason, "mx-scan: %s",
	    good && status == PAIRS_ERROR ? strerror(errno) : "no answer");
}

int
scan_read(int in, struct scan_asked *r)
{
	enum pairs_status status;
	struct pairs_in p;
	const char *key;
	char *value;

	*r = (struct scan_asked){.deadline_ms = SCAN_DEADLINE_MS};
	pairs_in_init(&p, in);
	while ((status = pairs_next(&p, -1, &key, &value)) == PAIRS_PAIR) {
		if (!set_asked(r, key, value))
			break;
	}
	if (status == PAIRS_END && *r->socket != '\0')
		return 0;
	if (status != PAIRS_ERROR)
		errno = EBADMSG;
	return -1;
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
set_asked(struct scan_asked *r, const char *key, const char *value)
{
	uint64_t ms;

	if (strcmp(key, "what") == 0) {
		r->what = strcmp(value, "spam") == 0 ? SCAN_SPAM : SCAN_MALWARE;
		return r->what == SCAN_SPAM || strcmp(value, "malware") == 0;
	}
	if (strcmp(key, "socket") == 0)
		return strlcpy(r->socket, value, sizeof r->socket) <
		    sizeof r->socket;
	if (strcmp(key, "trace") == 0)
		return strlcat(r->trace, value, sizeof r->trace) <
		    sizeof r->trace;
	if (strcmp(key, "offset") == 0)
		return set_number(&r->offset, value, INT64_MAX);
	if (strcmp(key, "size") == 0)
		return set_number(&r->size, value, INT64_MAX);
	if (strcmp(key, "deadline_ms") != 0 || !set_number(&ms, value, 3600000))
		return false;
	if (ms > 0)
		r->deadline_ms = (unsigned)ms;
	return true;
}

static bool
set_answer(struct scan_answer *a, const char *key, const char *value)
{
	if (strcmp(key, "result") == 0) {
		for (int i = SCAN_CLEAN; i <= SCAN_FAILED; i++) {
			if (strcmp(value, result_name[i]) == 0) {
				a->result = (enum scan_result)i;
				return true;
			}
		}
		return false;
	}
	if (strcmp(key, "name") == 0)
		strlcpy(a->name, value, sizeof a->name);
	else if (strcmp(key, "reason") == 0)
		strlcpy(a->reason, value, sizeof a->reason);
	else if (strcmp(key, "score") == 0)
		return set_score(&a->score, value);
	else if (strcmp(key, "threshold") == 0)
		return set_score(&a->threshold, value);
	clean(a->name);
	clean(a->reason);
	return true;
}

static bool
set_score(double *out, const char *value)
{
	char *end;

	*out = strtod(value, &end);
	return end != value && *end == '\0' && isfinite(*out);
}

static bool
set_number(uint64_t *out, const char *value, uint64_t most)
{
	const char *wrong;

	*out = (uint64_t)strtonum(value, 0, (long long)most, &wrong);
	return wrong == NULL;
}

static void
clean(char *s)
{
	for (; *s != '\0'; s++) {
		if (*s < ' ' || *s > '~')
			*s = '?';
	}
}
