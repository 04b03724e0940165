/* SPDX-License-Identifier: ISC */
/* What a hostile server offers, XCLIENT and LIMITS too: whatever it says, what
 * is kept of it is within bounds, and is told in words of ours. */
#include "../../libexec/mx-send/ehlo.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;
	struct ehlo e = {.size_limit = 0};
	bool first = true;
	char out[256];

	for (; at < end; first = false) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		stop = stop == NULL ? end : stop;
		ehlo_line(&e, first, at, (size_t)(stop - at));
		at = stop + 1;
	}
	assert(strnlen(e.name, sizeof e.name) < sizeof e.name);
	assert(e.size_limit <= INT64_MAX);
	assert(e.rcpt_max <= 999999 && e.mail_max <= 999999);
	assert(e.xclient == 0 || (e.xclient & ATTRIBUTE_ADDR) != 0);
	assert(e.xforward == 0 || (e.xforward & ATTRIBUTE_ADDR) != 0);
	ehlo_format(&e, out, sizeof out);
	for (const char *p = out; *p != '\0'; p++)
		assert(isupper((unsigned char)*p) ||
		    isdigit((unsigned char)*p) || strchr("=,", *p) != NULL);
	ehlo_format(&e, out, 16);
	assert(strlen(out) < 16);
	return 0;
}
