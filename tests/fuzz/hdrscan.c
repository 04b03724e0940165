/* SPDX-License-Identifier: ISC */
/* The header section's counts do not depend on how its octets are cut. */
#include "hdrscan.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct hdrscan one, two;
	size_t step = size > 0 ? 1 + data[0] % 64 : 1;

	hdrscan_init(&one, "backup.test");
	hdrscan_init(&two, "backup.test");
	hdrscan_push(&one, (const char *)data, size);
	for (size_t at = 0; at < size; at += step)
		hdrscan_push(&two, (const char *)data + at,
		    size - at < step ? size - at : step);
	assert(one.octets == two.octets && one.ended == two.ended);
	assert(one.received == two.received);
	assert(one.own_received == two.own_received);
	assert(one.octets <= size && one.own_received <= one.received);
	return 0;
}
