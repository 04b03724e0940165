/* SPDX-License-Identifier: ISC */
/* Header sections: no octet behind the end is read, and what is wrong is said
 * in printable ASCII. */
#include "header.h"

#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[HEADER_WHY];
	unsigned count, items;

	for (int utf8 = 0; utf8 <= 1; utf8++) {
		if (header_check((const char *)data, size, utf8 == 1, why))
			continue;
		assert(strnlen(why, sizeof why) < sizeof why);
		for (size_t i = 0; why[i] != '\0'; i++)
			assert(isprint((unsigned char)why[i]));
	}
	if (header_addresses((const char *)data, size, &count, &items) ==
	    ADDRESSES_FINE)
		assert(count <= items && items <= size);
	return 0;
}
