/* SPDX-License-Identifier: ISC */
/* A TXT record at _dmarc: what is taken is a policy. */
#include "dmarc_record.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dmarc_record r;

	if (dmarc_record_parse(&r, (const char *)data, size))
		assert(r.p < DMARC_POLICIES && r.sp < DMARC_POLICIES &&
		    r.np < DMARC_POLICIES);
	return 0;
}
