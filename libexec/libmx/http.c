/* SPDX-License-Identifier: ISC */
/*
 *	HTTP/1.1 200 OK
 *	Content-Type: text/plain; charset=utf-8
 *	Content-Length: 75
 *
 * or in chunks (RFC 9112 7.1).  A text that ends with the connection is
 * refused: who can cut the connection could cut the text.
 */
#include "http.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum {
	AT_STATUS,
	AT_FIELD,
	AT_BODY,
	AT_CHUNK,     /* its size */
	AT_DATA,      /* of a chunk */
	AT_CHUNK_END, /* the line end behind it */
	AT_TRAILER
};

static enum http_status push_line(struct http *, const char **, const char *);
static enum http_status push_data(struct http *, const char **, const char *);
static enum http_status take_line(struct http *);
static enum http_status take_status(struct http *);
static enum http_status take_field(struct http *);
static enum http_status take_length(struct http *, const char *);
static enum http_status end_head(struct http *);
static enum http_status take_chunk(struct http *);
static bool is_text(const char *);
static enum http_status refuse(struct http *, const char *);

void
http_begin(struct http *h)
{
	*h = (struct http){.state = AT_STATUS};
}

enum http_status
http_push(struct http *h, const char *octets, size_t n)
{
	const char *at = octets, *end = octets + n;
	enum http_status status = HTTP_MORE;

	while (status == HTTP_MORE && at < end) {
		if (h->state == AT_BODY || h->state == AT_DATA)
			status = push_data(h, &at, end);
		else
			status = push_line(h, &at, end);
	}
	return status;
}

static enum http_status
push_line(struct http *h, const char **at, const char *end)
{
	const char *lf = memchr(*at, '\n', (size_t)(end - *at));
	size_t n = (size_t)((lf ? lf + 1 : end) - *at);

	if (n >= sizeof h->line - h->used || n > HTTP_HEAD - h->head)
		return refuse(h, "its header is too long");
	memcpy(h->line + h->used, *at, n);
	h->used += n;
	h->head += n;
	*at += n;
	if (lf == NULL)
		return HTTP_MORE;
	if (h->used < 2 || h->line[h->used - 2] != '\r')
		return refuse(h, "a line does not end with CR LF");
	h->line[h->used - 2] = '\0';
	if (strlen(h->line) != h->used - 2)
		return refuse(h, "a NUL in its header");
	h->used = 0;
	return take_line(h);
}

static enum http_status
push_data(struct http *h, const char **at, const char *end)
{
	size_t n = (size_t)(end - *at);

	if (n > h->left)
		n = h->left;
	memcpy(h->body + h->len, *at, n);
	h->len += n;
	h->left -= n;
	*at += n;
	if (h->left > 0)
		return HTTP_MORE;
	if (h->state == AT_BODY)
		return HTTP_DONE;
	h->state = AT_CHUNK_END;
	return HTTP_MORE;
}

static enum http_status
take_line(struct http *h)
{
	switch (h->state) {
	case AT_STATUS:
		return take_status(h);
	case AT_FIELD:
		return *h->line == '\0' ? end_head(h) : take_field(h);
	case AT_CHUNK:
		return take_chunk(h);
	case AT_CHUNK_END:
		h->state = AT_CHUNK;
		return *h->line == '\0' ? HTTP_MORE
					: refuse(h, "a chunk is too long");
	default: /* trailers say nothing that counts */
		return *h->line == '\0' ? HTTP_DONE : HTTP_MORE;
	}
}

/* RFC 9112 4 */
static enum http_status
take_status(struct http *h)
{
	const char *code = h->line + 9;

	if ((strncmp(h->line, "HTTP/1.1 ", 9) != 0 &&
		strncmp(h->line, "HTTP/1.0 ", 9) != 0) ||
	    !isdigit((unsigned char)code[0]) ||
	    !isdigit((unsigned char)code[1]) ||
	    !isdigit((unsigned char)code[2]) ||
	    (code[3] != ' ' && code[3] != '\0'))
		return refuse(h, "it is not HTTP/1.1");
	if (*code == '3')
		return refuse(h, "it redirects, which is not followed");
	if (strncmp(code, "200", 3) != 0)
		return refuse(h, "its status is not 200");
	h->state = AT_FIELD;
	return HTTP_MORE;
}

static enum http_status
take_field(struct http *h)
{
	char *value = strchr(h->line, ':'), *end;

	if (value == NULL || value == h->line ||
	    strcspn(h->line, " \t") < (size_t)(value - h->line))
		return refuse(h, "a field of its header is none");
	*value++ = '\0';
	value += strspn(value, " \t");
	for (end = value + strlen(value);
	     end > value && strchr(" \t", end[-1]) != NULL;)
		*--end = '\0';
	if (strcasecmp(h->line, "Content-Type") == 0)
		h->text = is_text(value);
	else if (strcasecmp(h->line, "Content-Length") == 0)
		return take_length(h, value);
	else if (strcasecmp(h->line, "Content-Encoding") == 0 &&
	    strcasecmp(value, "identity") != 0)
		return refuse(h, "it is compressed, which nobody asked for");
	else if (strcasecmp(h->line, "Transfer-Encoding") == 0) {
		if (h->chunked || strcasecmp(value, "chunked") != 0)
			return refuse(
			    h, "its Transfer-Encoding is not chunked");
		h->chunked = true;
	}
	return HTTP_MORE;
}

static enum http_status
take_length(struct http *h, const char *value)
{
	size_t n = strlen(value), length = 0;

	if (h->sized || n == 0 || value[strspn(value, "0123456789")] != '\0')
		return refuse(h, "its Content-Length is no number");
	for (; *value != '\0'; value++) {
		length = length * 10 + (size_t)(*value - '0');
		if (length > HTTP_BODY)
			return refuse(h, "it is larger than 64 KiB");
	}
	h->sized = true;
	h->left = length;
	return HTTP_MORE;
}

/* RFC 9112 6.3: both would let two readers see two texts. */
static enum http_status
end_head(struct http *h)
{
	if (!h->text)
		return refuse(h, "its Content-Type is not text/plain");
	if (h->chunked && h->sized)
		return refuse(h, "its length is told twice");
	if (!h->chunked && !h->sized)
		return refuse(h, "its length is not told");
	h->state = h->chunked ? AT_CHUNK : AT_BODY;
	return h->sized && h->left == 0 ? HTTP_DONE : HTTP_MORE;
}

/* Extensions of a chunk are for nobody. */
static enum http_status
take_chunk(struct http *h)
{
	size_t n = strspn(h->line, "0123456789abcdefABCDEF"), size = 0;

	if (n == 0 || n > 8 || strchr("; \t", h->line[n]) == NULL)
		return refuse(h, "the size of a chunk is no number");
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)tolower(h->line[i]);

		size =
		    size * 16 + (size_t)(isdigit(c) ? c - '0' : c - 'a' + 10);
	}
	if (size > HTTP_BODY - h->len)
		return refuse(h, "it is larger than 64 KiB");
	h->left = size;
	h->state = size > 0 ? AT_DATA : AT_TRAILER;
	return HTTP_MORE;
}

/* RFC 8461 3.3; parameters do not matter. */
static bool
is_text(const char *value)
{
	size_t n = strcspn(value, "; \t");

	return n == 10 && strncasecmp(value, "text/plain", n) == 0;
}

static enum http_status
refuse(struct http *h, const char *why)
{
	h->why = why;
	return HTTP_REFUSED;
}
