/* SPDX-License-Identifier: ISC */
/* Received fields and the size of a header section, as it streams by. */
#include "hdrscan.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static void end_line(struct hdrscan *);
static bool names_own(const struct hdrscan *, const char *, size_t);
static bool is_tls_optional(const char *, size_t);
static bool is_border(int);

void
hdrscan_init(struct hdrscan *h, const char *own)
{
	memset(h, 0, sizeof *h);
	strlcpy(h->own, own, sizeof h->own);
	authres_init(&h->results, own);
}

void
hdrscan_push(struct hdrscan *h, const char *octets, size_t n)
{
	while (n > 0 && !h->ended) {
		const char *newline = memchr(octets, '\n', n);
		size_t part = newline ? (size_t)(newline - octets) + 1 : n;
		size_t room = sizeof h->line - h->line_len;

		h->octets += part;
		authres_push(&h->results, octets, part);
		if (room > part)
			room = part;
		memcpy(h->line + h->line_len, octets, room);
		h->line_len += room;
		octets += part;
		n -= part;
		if (newline != NULL)
			end_line(h);
	}
}

void
hdrscan_end(struct hdrscan *h)
{
	authres_end(&h->results);
}

/* A line is complete, or at least its first 1,024 octets are. */
static void
end_line(struct hdrscan *h)
{
	static const char name[] = "received:";
	size_t n = h->line_len;

	h->line_len = 0;
	if (n == 2 && h->line[0] == '\r') {
		h->ended = true;
		return;
	}
	if (h->line[0] != ' ' && h->line[0] != '\t') {
		h->in_received = n >= sizeof name - 1 &&
		    strncasecmp(h->line, name, sizeof name - 1) == 0;
		h->received += h->in_received;
		h->counted_own = false;
		h->tls_optional |= is_tls_optional(h->line, n);
	}
	if (h->in_received && !h->counted_own && names_own(h, h->line, n)) {
		h->own_received++;
		h->counted_own = true;
	}
}

/* "by" and our name as words of the line (RFC 5321 4.4, By-domain). */
static bool
names_own(const struct hdrscan *h, const char *s, size_t n)
{
	size_t own = strlen(h->own);

	for (size_t i = 1; i + 3 + own <= n; i++) {
		if (!is_border(s[i - 1]) || strncasecmp(s + i, "by", 2) != 0 ||
		    !isspace((unsigned char)s[i + 2]))
			continue;
		i += 3;
		while (i < n && isspace((unsigned char)s[i]))
			i++;
		if (i + own > n || strncasecmp(s + i, h->own, own) != 0)
			continue;
		i += own;
		i += i < n && s[i] == '.'; /* the root's dot */
		if (i >= n || is_border(s[i]))
			return true;
	}
	return false;
}

/* TLS-Required: No */
static bool
is_tls_optional(const char *s, size_t n)
{
	static const char name[] = "tls-required:";
	size_t at = sizeof name - 1;

	if (n < at || strncasecmp(s, name, at) != 0)
		return false;
	while (at < n && isspace((unsigned char)s[at]))
		at++;
	while (n > at && isspace((unsigned char)s[n - 1]))
		n--;
	return n - at == 2 && strncasecmp(s + at, "no", 2) == 0;
}

static bool
is_border(int c)
{
	return isspace((unsigned char)c) || c == ';' || c == '(' || c == ')' ||
	    c == ':';
}
