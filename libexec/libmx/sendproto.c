/* SPDX-License-Identifier: ISC */
/*
 * How an SMTP reply stands in an answer of mx-send: the same octets for both
 * ends of sendproto.h.
 */
#include "sendproto.h"

#include <stdio.h>
#include <string.h>

#include "sendproto_parts.h"

const char *const send_status_name[SEND_STATUSES] = {
    "open", "temporary", "permanent", "closed"};

static size_t enhanced_length(const char *, int);

void
send_reply_format(const struct reply *r, char out[SEND_REPLY_TEXT])
{
	snprintf(out, SEND_REPLY_TEXT, "%d%s%s %s", r->code,
	    *r->enhanced ? " " : "", r->enhanced, r->text);
	for (char *p = out; *p != '\0'; p++) {
		if (*p == '\n')
			*p = ' ';
		else if (*p < 0x20 || *p >= 0x7f)
			*p = '?';
	}
}

bool
send_reply_parse(const char *s, struct reply *out)
{
	size_t digits = strspn(s, "0123456789"), n;
	int code = 0;

	*out = (struct reply){.code = 0};
	if ((digits != 1 && digits != 3) || s[digits] != ' ')
		return false;
	for (size_t i = 0; i < digits; i++)
		code = code * 10 + (s[i] - '0');
	if (code != 0 && (code < 200 || code > 599))
		return false;
	s += digits + 1;
	if ((n = enhanced_length(s, code)) > 0) {
		memcpy(out->enhanced, s, n);
		s += n + 1;
	}
	for (const char *p = s; *p != '\0'; p++) {
		if (*p < 0x20 || *p >= 0x7f)
			return false;
	}
	if (strlcpy(out->text, s, sizeof out->text) >= sizeof out->text)
		return false;
	out->code = code;
	return true;
}

bool
send_set_reply(void *reply, const char *value)
{
	return send_reply_parse(value, reply);
}

/* Of "5.7.1 " at the start of S; 0 when there is none, or not of CODE's class
 * (RFC 2034 4). */
static size_t
enhanced_length(const char *s, int code)
{
	size_t n = 1, digits;

	if (*s < '2' || *s - '0' != code / 100)
		return 0;
	for (int i = 0; i < 2; i++) {
		if (s[n++] != '.')
			return 0;
		digits = strspn(s + n, "0123456789");
		if (digits < 1 || digits > 3)
			return 0;
		n += digits;
	}
	return s[n] == ' ' ? n : 0;
}
