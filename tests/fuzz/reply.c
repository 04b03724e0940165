/* SPDX-License-Identifier: ISC */
/* A hostile server's reply: what is kept of it, written out again as a reply
 * of ours, is sound lines of one code. */
#include "reply.h"

#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_lines(const char *s, size_t n, int code)
{
	for (size_t i = 0; i < n;) {
		const char *end = memchr(s + i, '\n', n - i);
		size_t len;

		assert(end != NULL && end > s + i && end[-1] == '\r');
		len = (size_t)(end - s) - i + 1;
		assert(len >= 5 && len <= 512 && atoi(s + i) == code);
		for (size_t k = i; k < i + len - 2; k++)
			assert(isprint((unsigned char)s[k]));
		i += len;
		assert((s[i - len + 3] == ' ') == (i == n));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;
	enum reply_state state = REPLY_MORE;
	struct reply_parser p;
	struct reply r;
	char out[4096];

	reply_parser_init(&p, &r);
	while (at < end && state == REPLY_MORE) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		stop = stop == NULL ? end : stop;
		state = reply_parser_line(&p, at, (size_t)(stop - at));
		at = stop + 1;
	}
	assert(strnlen(r.text, sizeof r.text) < sizeof r.text);
	assert(strnlen(r.enhanced, sizeof r.enhanced) < sizeof r.enhanced);
	if (state != REPLY_DONE)
		return 0;
	assert(r.code >= 200 && r.code <= 599);
	check_lines(out, reply_format(&r, out, sizeof out), r.code);
	return 0;
}
