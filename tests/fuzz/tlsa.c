/* SPDX-License-Identifier: ISC */
/* Answers with TLSA records: whatever comes is refused, or text that is whole
 * and says no more than came. */
#include "tlsa.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tlsa out;
	size_t lines = 0, n;

	if (!tlsa_parse(&out, data, size))
		return 0;
	n = strlen(out.text);
	assert(n < sizeof out.text && out.n <= TLSA_MAX);
	for (size_t i = 0; i < n; i++)
		lines += out.text[i] == '\n';
	assert(lines == out.usable && out.usable <= out.n);
	assert(n == 0 || out.text[n - 1] == '\n');
	return 0;
}
