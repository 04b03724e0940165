/* SPDX-License-Identifier: ISC */
/*
 * Paths: what is accepted is printable, one line, parses again to itself, and
 * its domain is in inner form.
 */
#include "path.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char again[MAILBOX_LEN + 3], normal[DOMAIN_LEN + 1];
	struct path p, q;
	size_t used;
	int n;

	if (path_parse((const char *)data, size, &p, &used) != PATH_OK)
		return 0;
	assert(used >= 2 && used <= size && data[used - 1] == '>');
	for (size_t i = 0; p.mailbox[i] != '\0'; i++)
		assert(
		    (unsigned char)p.mailbox[i] >= ' ' && p.mailbox[i] != 127);
	n = snprintf(again, sizeof again, "<%s>", p.mailbox);
	assert(n > 0 && (size_t)n < sizeof again);
	assert(path_parse(again, (size_t)n, &q, &used) == PATH_OK);
	assert(used == (size_t)n && strcmp(p.mailbox, q.mailbox) == 0);
	assert(p.local_len == q.local_len && p.literal == q.literal);
	if (p.literal || *path_domain(&p) == '\0')
		return 0;
	assert(domain_normal(path_domain(&p), strlen(path_domain(&p)), normal));
	assert(strcmp(normal, path_domain(&p)) == 0);
	return 0;
}
