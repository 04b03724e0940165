/* SPDX-License-Identifier: ISC */
/*
 * An SMTP reply (RFC 5321 4.2, RFC 2034, RFC 3463), ours to a client and a
 * server's to us.  Handlers fill a struct; one writer makes wire octets.
 */
#ifndef REPLY_H
#define REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"

enum { REPLY_TEXT = 1024, ENHANCED_LEN = 11 };

struct reply {
	int code;			 /* 0: nothing to say */
	char enhanced[ENHANCED_LEN + 1]; /* "5.7.1", or "" for none */
	char text[REPLY_TEXT];		 /* lines separated by '\n' */
};

/* Fills *R; ENHANCED may be NULL.  A text that does not fit is cut. */
__attribute__((format(printf, 4, 5))) void reply_set(
    struct reply *r, int code, const char *enhanced, const char *fmt, ...);
/*
 * Wire octets: code, '-' or ' ', enhanced code on each line, text in which
 * what is not printable ASCII becomes '?', lines cut at REPLY_LEN, CR LF.
 * Returns the octets written, at most SIZE; SIZE of 4096 holds any reply.
 */
size_t reply_format(const struct reply *, char *out, size_t size);

/*
 * A server's reply, fed line by line, hostile until parsed.  The text keeps
 * what follows the code on each line, the enhanced code split off the first.
 */
struct reply_parser {
	struct reply *out;
	unsigned lines;
};
enum reply_state { REPLY_MORE, REPLY_DONE, REPLY_BAD };
void reply_parser_init(struct reply_parser *, struct reply *out);
/* LINE without its CR LF.  BAD: no code 200-599, another code than the lines
 * before, more than REPLY_LINES lines. */
enum reply_state reply_parser_line(
    struct reply_parser *, const char *line, size_t n);

#endif
