/* SPDX-License-Identifier: ISC */
/* A value comes out of a record as it went in; no damage to a line is taken
 * for a record. */
#include "record.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char line[RECORD_LEN], out[RECORD_LEN];
	struct record_view v;
	struct record r;
	size_t len;

	if (size < 3 || size > 1000)
		return 0;
	record_begin(&r, "test");
	record_add_octets(&r, "key", (const char *)data + 2, size - 2);
	assert(record_end(&r) && r.line[r.len - 1] == '\n');
	assert(memchr(r.line, '\n', r.len) == r.line + r.len - 1);
	memcpy(line, r.line, r.len);
	assert(record_parse(line, r.len - 1, &v));
	if (memchr(data + 2, '\0', size - 2) == NULL) {
		assert(record_get(&v, "key", out, sizeof out));
		assert(strlen(out) == size - 2 &&
		    memcmp(out, data + 2, size - 2) == 0);
	}
	memcpy(line, r.line, r.len);
	len = ((size_t)data[0] << 8 | data[1]) % (r.len - 1);
	line[len] ^= 1;
	assert(!record_parse(line, r.len - 1, &v));
	return 0;
}
