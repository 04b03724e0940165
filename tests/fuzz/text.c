/* SPDX-License-Identifier: ISC */
/*
 * What mxq prints of others' text: no control octet comes through, JSON's
 * string has no end inside, a column is never wider than asked for.
 */
#include "../../bin/mxq/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void
check(const char *out, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t code;
		size_t more = text_utf8(out + i, &code);

		assert(more != 0 && !text_is_unsafe(code));
		i += more;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *f;
	static char *out;
	static size_t n;
	char *s = strndup((const char *)data, size);
	size_t quotes = 0, before;

	if (f == NULL)
		f = open_memstream(&out, &n);
	rewind(f);
	text_print(f, s, true);
	fflush(f);
	before = n;
	text_print_column(f, s, false, 7, true);
	fflush(f);
	check(out, n);
	assert(n - before == 7);
	rewind(f);
	text_print_json(f, s);
	fflush(f);
	check(out, n);
	for (size_t i = 0; i < n; i++) {
		if (out[i] == '\\')
			i++;
		else
			quotes += out[i] == '"';
	}
	assert(quotes == 2 && out[n - 1] == '"');
	free(s);
	return 0;
}
