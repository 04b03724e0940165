/* SPDX-License-Identifier: ISC */
/*
 * Replies to wire octets and back (RFC 5321 4.2, RFC 2034 4):
 *
 *	250-mx.example.net
 *	250 PIPELINING
 *	550 5.7.1 <a@b.example>: relaying denied
 */
#include "reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static size_t put_line(
    const struct reply *, const char *line, size_t n, char *out);
static size_t enhanced_span(const char *, size_t);
static void add_text(struct reply *, const char *, size_t);

void
reply_set(struct reply *r, int code, const char *enhanced, const char *fmt, ...)
{
	va_list ap;

	r->code = code;
	strlcpy(r->enhanced, enhanced ? enhanced : "", sizeof r->enhanced);
	va_start(ap, fmt);
	vsnprintf(r->text, sizeof r->text, fmt, ap);
	va_end(ap);
}

size_t
reply_format(const struct reply *r, char *out, size_t size)
{
	const char *line = r->text;
	size_t used = 0;

	for (;;) {
		size_t n = strcspn(line, "\n"), start = used;
		bool last = line[n] == '\0';

		if (used + REPLY_LEN > size)
			last = true; /* unreachable with 4096 octets */
		else
			used += put_line(r, line, n, out + used);
		if (last && used > start)
			out[start + 3] = ' ';
		if (last)
			return used;
		line += n + 1;
	}
}

void
reply_parser_init(struct reply_parser *p, struct reply *out)
{
	p->out = out;
	p->lines = 0;
	memset(out, 0, sizeof *out);
}

enum reply_state
reply_parser_line(struct reply_parser *p, const char *line, size_t n)
{
	size_t enhanced;
	int code;

	if (++p->lines > REPLY_LINES || n < 3 || line[0] < '2' ||
	    line[0] > '5' || line[1] < '0' || line[1] > '9' || line[2] < '0' ||
	    line[2] > '9')
		return REPLY_BAD;
	if (n > 3 && line[3] != ' ' && line[3] != '-')
		return REPLY_BAD;
	code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
	if (p->lines > 1 && code != p->out->code)
		return REPLY_BAD;
	p->out->code = code;
	if (n > 4) {
		enhanced = enhanced_span(line + 4, n - 4);
		if (enhanced > 0 && line[4] != line[0])
			enhanced = 0; /* RFC 2034 4: the classes agree */
		if (enhanced > 0 && p->lines == 1) {
			memcpy(p->out->enhanced, line + 4, enhanced);
			p->out->enhanced[enhanced] = '\0';
		}
		if (enhanced > 0 && n > 4 + enhanced)
			enhanced++; /* its blank */
		add_text(p->out, line + 4 + enhanced, n - 4 - enhanced);
	} else {
		add_text(p->out, "", 0);
	}
	return n > 3 && line[3] == '-' ? REPLY_MORE : REPLY_DONE;
}

/* One line as "250-2.0.0 text" CR LF, at most REPLY_LEN octets. */
static size_t
put_line(const struct reply *r, const char *line, size_t n, char *out)
{
	int head = snprintf(out, REPLY_LEN, *r->enhanced ? "%03d-%s " : "%03d-",
	    r->code, r->enhanced);
	size_t used = (size_t)head;

	for (size_t i = 0; i < n && used < REPLY_LEN - 2; i++)
		out[used++] = line[i] < 0x20 || line[i] > 0x7e ? '?' : line[i];
	memcpy(out + used, "\r\n", 2);
	return used + 2;
}

/* The length of "5.7.1" at the start of S, followed by a blank or the end. */
static size_t
enhanced_span(const char *s, size_t n)
{
	size_t i = 0;

	for (int part = 0; part < 3; part++) {
		size_t digits = 0;

		if (part > 0 && (i == n || s[i++] != '.'))
			return 0;
		while (i < n && s[i] >= '0' && s[i] <= '9') {
			i++;
			digits++;
		}
		if (digits == 0 || digits > (part == 0 ? 1 : 3))
			return 0;
	}
	return i == n || s[i] == ' ' ? i : 0;
}

/* Lines are joined by '\n'; a server's NUL can not hide what follows. */
static void
add_text(struct reply *r, const char *s, size_t n)
{
	size_t used = strlen(r->text);

	if (used > 0 && used + 1 < sizeof r->text)
		r->text[used++] = '\n';
	for (size_t i = 0; i < n && used + 1 < sizeof r->text; i++) {
		bool plain = s[i] >= 0x20 && s[i] < 0x7f;

		r->text[used++] = plain ? s[i] : '?';
	}
	r->text[used] = '\0';
}
