/* SPDX-License-Identifier: ISC */
/*
 * spamd(8), SPAMC protocol 1.5: the trace fields and the first 500 KB go in,
 * score and rules come out.
 *
 *	SYMBOLS SPAMC/1.5
 *	Content-length: 4096
 *
 *	SPAMD/1.1 0 EX_OK
 *	Spam: True ; 1000.0 / 5.0
 *
 *	GTUBE,NO_RECEIVED
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "scan.h"

enum { SPAM_MOST = 500 * 1024 };

static bool ask(struct scan *);
static bool send_piece(struct scan *, const char *, size_t);
static bool judge(struct scan *);
static bool parse_score(struct scan *, const char *);

void
spamd_ask(struct scan *s)
{
	if (ask(s) && judge(s))
		s->answer->result = SCAN_CLEAN;
}

static bool
ask(struct scan *s)
{
	uint64_t size = s->asked->size < SPAM_MOST ? s->asked->size : SPAM_MOST;
	size_t trace = strlen(s->asked->trace);
	char head[128];
	int n = snprintf(head, sizeof head,
	    "SYMBOLS SPAMC/1.5\r\nContent-length: %" PRIu64 "\r\n\r\n",
	    size + trace);

	if (!scan_send(s, head, (size_t)n) ||
	    !scan_send(s, s->asked->trace, trace) ||
	    !scan_send_message(s, s->asked->offset + size, send_piece))
		return false;
	shutdown(s->fd, SHUT_WR);
	return scan_hear(s, -1);
}

static bool
send_piece(struct scan *s, const char *octets, size_t n)
{
	return scan_send(s, octets, n);
}

static bool
judge(struct scan *s)
{
	const char *body = strstr(s->reply, "\r\n\r\n"), *score;

	if (strncmp(s->reply, "SPAMD/", 6) != 0 ||
	    strstr(s->reply, " 0 EX_OK") == NULL || body == NULL)
		return scan_failed(s, "its reply is no answer");
	if ((score = strstr(s->reply, "\r\nSpam: ")) == NULL || score > body ||
	    !parse_score(s, score + 8))
		return scan_failed(s, "its reply has no score");
	body += 4;
	snprintf(s->answer->name, sizeof s->answer->name, "%.*s",
	    (int)strcspn(body, "\r\n"), body);
	return true;
}

/* "True ; 1000.0 / 5.0"; what is none leaves the answer as it is. */
static bool
parse_score(struct scan *s, const char *text)
{
	const char *semicolon = strchr(text, ';');
	double score, threshold;
	char *end, *last;

	if (semicolon == NULL)
		return false;
	score = strtod(semicolon + 1, &end);
	if (end == semicolon + 1 || !isfinite(score) ||
	    strncmp(end, " / ", 3) != 0)
		return false;
	threshold = strtod(end + 3, &last);
	if (last == end + 3 || !isfinite(threshold))
		return false;
	s->answer->score = score;
	s->answer->threshold = threshold;
	return true;
}
