/* SPDX-License-Identifier: ISC */
/* A TXT record: what is taken names addresses that can be written to. */
#include "tlsrpt.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "path.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tlsrpt t;
	struct path p;

	if (!tlsrpt_parse((const char *)data, size, &t))
		return 0;
	assert(tlsrpt_is_meant((const char *)data, size));
	assert(t.n <= TLSRPT_MOST && t.n + t.others > 0);
	for (unsigned i = 0; i < t.n; i++) {
		const char *m = t.mailto[i];

		assert(path_parse_mailbox(m, strlen(m), &p) == PATH_OK);
		assert(strcmp(p.mailbox, m) == 0 && *path_domain(&p) != '\0');
	}
	return 0;
}
