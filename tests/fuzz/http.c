/* SPDX-License-Identifier: ISC */
/* Answers of a web server: the same in one piece and in several. */
#include "http.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct http whole, parts;
	enum http_status one, two = HTTP_MORE;

	http_begin(&whole);
	http_begin(&parts);
	one = http_push(&whole, (const char *)data, size);
	for (size_t i = 0; i < size && two == HTTP_MORE; i += 7)
		two = http_push(&parts, (const char *)data + i,
		    size - i < 7 ? size - i : 7);
	assert(one == two && whole.len == parts.len);
	assert(whole.len <= HTTP_BODY);
	assert(memcmp(whole.body, parts.body, whole.len) == 0);
	assert((one == HTTP_REFUSED) == (whole.why != NULL));
	return 0;
}
