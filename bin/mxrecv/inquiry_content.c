/* SPDX-License-Identifier: ISC */
/*
 * What helpers say of a whole message.  They are started together when the
 * first answer is wanted, each for a test that is not off and a service that
 * mx.conf(5) names, so that the client waits for the slowest alone.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "header.h"
#include "inquiry.h"
#include "log.h"
#include "session.h"
#include "spool.h"
#include "trace.h"

enum { CONTENT_MS = 90 * 1000, DKIM_MS = 30 * 1000 };

static void start_all(struct inquiry *, const struct session *);
static bool is_wanted(const struct session *, const char *test);
static bool wants_dkim(const struct session *);
static void start_scan(struct inquiry *, const struct session *, enum scan_what,
    const char *socket);
static void start_dkim(struct inquiry *, const struct session *);
static void add_spf(
    struct inquiry *, const struct session *, struct dkim_request *);
static const struct scan_answer *finish(
    struct inquiry *, const struct session *, enum scan_what);

/* In one piece: it has HEADER_LEN octets at most. */
enum answer
inquiry_header(void *ctx, const struct session *s, char told[TOLD_LEN])
{
	struct inquiry *q = ctx;
	size_t n = s->mail.content.header.octets;
	int fd = inquiry_message(q, s);
	char *text = fd == -1 ? NULL : malloc(n + 1);
	enum answer answer = ANSWER_UNAVAILABLE;

	_Static_assert((int)HEADER_WHY <= (int)TOLD_LEN, "WHY does not fit");
	if (text != NULL && pread(fd, text, n, SPOOL_HEAD) == (ssize_t)n)
		answer = header_check(text, n, s->mail.params.smtputf8, told)
		    ? ANSWER_YES
		    : ANSWER_NO;
	free(text);
	return answer;
}

const struct scan_answer *
inquiry_malware(void *ctx, const struct session *s)
{
	return finish(ctx, s, SCAN_MALWARE);
}

const struct scan_answer *
inquiry_spam(void *ctx, const struct session *s)
{
	return finish(ctx, s, SCAN_SPAM);
}

const struct dkim_answer *
inquiry_signatures(void *ctx, const struct session *s)
{
	struct inquiry *q = ctx;
	struct content_dkim *dkim = &q->dkim;

	start_all(q, s);
	if (dkim->state == CONTENT_ASKED)
		dkim->state = dkim_finish(&q->staff->dkim, q->content_deadline,
				  &dkim->answer) == 0
		    ? CONTENT_TOLD
		    : CONTENT_NONE;
	return dkim->state == CONTENT_TOLD ? &dkim->answer : NULL;
}

void
inquiry_content_forget(struct inquiry *q)
{
	if (!q->content_started)
		return;
	if (q->dkim.state == CONTENT_ASKED)
		kept_end(&q->staff->dkim);
	q->dkim.state = CONTENT_NONE;
	for (int i = SCAN_MALWARE; i <= SCAN_SPAM; i++) {
		if (q->scan[i].state == CONTENT_ASKED)
			helper_end(&q->scan[i].helper, false);
		q->scan[i].state = CONTENT_NONE;
	}
	q->content_started = false;
}

static const struct scan_answer *
finish(struct inquiry *q, const struct session *s, enum scan_what what)
{
	struct content_scan *scan = &q->scan[what];

	start_all(q, s);
	if (scan->state == CONTENT_ASKED) {
		scan_finish(&scan->helper, q->content_deadline, &scan->answer);
		scan->state = CONTENT_TOLD;
	}
	return scan->state == CONTENT_TOLD ? &scan->answer : NULL;
}

static void
start_all(struct inquiry *q, const struct session *s)
{
	inquiry_message(q, s); /* forgets what was about another */
	if (q->content_started)
		return;
	q->content_started = true;
	q->content_deadline = inquiry_deadline(s, CONTENT_MS);
	if (is_wanted(s, "malware") || is_wanted(s, "toobig"))
		start_scan(q, s, SCAN_MALWARE, q->conf->clamd);
	if (is_wanted(s, "spam"))
		start_scan(q, s, SCAN_SPAM, q->conf->spamd);
	if (wants_dkim(s) && inquiry_message(q, s) != -1)
		start_dkim(q, s);
}

static void
start_dkim(struct inquiry *q, const struct session *s)
{
	struct dkim_request r = {.fd = q->message,
	    .offset = SPOOL_HEAD,
	    .size = s->mail.content.octets,
	    .resolvers = q->conf->resolvers,
	    .deadline_ms = DKIM_MS};

	add_spf(q, s, &r);
	if (dkim_start(q->conf->libexec, &r, &q->staff->dkim) == 0)
		q->dkim.state = CONTENT_ASKED;
}

/* Where it is not known, DMARC must not take it for a failure. */
static void
add_spf(struct inquiry *q, const struct session *s, struct dkim_request *r)
{
	const struct spf_answer *spf = inquiry_spf(q, s);
	const struct path *sender = &s->mail.sender;

	strlcpy(r->spf,
	    spf_result_name[spf ? spf->mailfrom.result : SPF_TEMPERROR],
	    sizeof r->spf);
	if (spf != NULL)
		strlcpy(
		    r->spf_domain, spf->mailfrom.domain, sizeof r->spf_domain);
	else if (!path_is_null(sender) && !sender->literal)
		strlcpy(
		    r->spf_domain, path_domain(sender), sizeof r->spf_domain);
}

static bool
is_wanted(const struct session *s, const char *test)
{
	return inquiry_wants(s, test, s->mail.domain);
}

/* The sender's own exchanger is not asked where DKIM vouches for it. */
static bool
wants_dkim(const struct session *s)
{
	return *s->conf->arc_key != '\0' || is_wanted(s, "dkim") ||
	    is_wanted(s, "dmarc") || is_wanted(s, "ownsender") ||
	    (!path_is_null(&s->mail.sender) && is_wanted(s, "sender"));
}

static void
start_scan(struct inquiry *q, const struct session *s, enum scan_what what,
    const char *socket)
{
	struct content_scan *scan = &q->scan[what];
	char trace[TRACE_LEN] = "";

	if (*socket == '\0')
		return;
	trace_spf(s, trace);
	trace_received(s, s->id, NULL, time(NULL), trace);
	scan->state = CONTENT_TOLD;
	scan->answer = (struct scan_answer){.result = SCAN_FAILED};
	strlcpy(scan->answer.reason, "mx-scan can not be started",
	    sizeof scan->answer.reason);
	if (inquiry_message(q, s) == -1)
		return;
	if (scan_start(q->conf->libexec,
		&(struct scan_request){.what = what,
		    .socket = socket,
		    .fd = q->message,
		    .offset = SPOOL_HEAD,
		    .size = s->mail.content.octets,
		    .trace = trace,
		    .deadline_ms = CONTENT_MS - 5000},
		&scan->helper) == 0)
		scan->state = CONTENT_ASKED;
}
