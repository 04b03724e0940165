/* SPDX-License-Identifier: ISC */
/*
 * The answer to one HTTP/1.1 GET (RFC 9112), as octets come in: status 200, a
 * text, its length told.  Everything else, redirects among it, is refused.
 */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>

enum {
	HTTP_LINE = 4096,  /* ours */
	HTTP_HEAD = 32768, /* octets of all lines that are no content; ours */
	HTTP_BODY = 65536, /* RFC 8461 3.3 */
};

enum http_status { HTTP_MORE, HTTP_DONE, HTTP_REFUSED };

struct http {
	const char *why; /* of REFUSED; a constant */
	char body[HTTP_BODY];
	size_t len; /* of body */
	/* the rest belongs to http.c */
	int state;
	bool text, chunked, sized;
	size_t head, left;
	size_t used;
	char line[HTTP_LINE];
};

void http_begin(struct http *);
/* DONE: the body is whole; octets behind it are not looked at.  More may be
 * pushed only after MORE. */
enum http_status http_push(struct http *, const char *octets, size_t n);

#endif
